# Everything runs in .venv; each target sets it up first when it is missing or behind the lock.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: setup demo test bench soak check fix lock js clients rivals graphiql-check

setup: $(STAMP)

# uv takes seconds where pip takes a minute; where it cannot reach its index, pip does it as it is configured.
$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv"
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	@$(PIP) --require-hashes -r .venv/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock 2> .venv/uv.log \
		|| $(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/partnerhub demo

test: setup
	@$(BIN)/python -m pytest

bench: setup
	@$(BIN)/python -m benchmarks

# Ten minutes at full load with everything that goes wrong in them; SOAK_SECONDS=60 for one.
soak: setup
	@$(BIN)/python -m tests.soak

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_layers.py
	@$(BIN)/partnerhub schema | diff -u schema.graphql - || { echo "schema.graphql is behind: run make fix" >&2; exit 1; }
	@$(BIN)/python -m schema.breaking
	@$(BIN)/python -m server.reference | diff -u docs/settings.md - || { echo "docs/settings.md is behind: run make fix" >&2; exit 1; }
	@$(BIN)/python -m kpis.docs | diff -u docs/kpis.md - || { echo "docs/kpis.md is behind: run make fix" >&2; exit 1; }

fix: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/partnerhub schema > schema.graphql
	@$(BIN)/python -m server.reference > docs/settings.md
	@$(BIN)/python -m kpis.docs > docs/kpis.md

lock: setup
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --group dev pyproject.toml -o requirements.lock
	@cd $(ARIADNE) && ../../../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 requirements.in -o requirements.lock

# What needs Node 20, which neither users nor the service do: the tests' own clients, and the page's bundle.
js:
	@cd tests/js && npm ci --silent

# What the programs of examples/clients need; ariadne-codegen has pins that are not ours, and so a place of its own.
ARIADNE := examples/clients/ariadne-codegen

clients: setup
	@cd examples/clients/javascript && npm ci --silent
	@test -x $(ARIADNE)/.venv/bin/python || $(PYTHON) -m venv $(ARIADNE)/.venv
	@$(BIN)/uv pip install --quiet --python $(ARIADNE)/.venv/bin/python --require-hashes -r $(ARIADNE)/requirements.lock

# The GraphQL servers that `make bench` measures the service beside, with a Node of their own.
rivals:
	@cd benchmarks/rivals && npm ci --silent

graphiql-check:
	@cd server/graphiql && npm ci --silent && npm run --silent check
