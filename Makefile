# Everything runs in .venv; each target sets it up first when it is missing or behind the lock.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: setup demo test bench check fix lock graphiql

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/partnerhub demo

test: setup
	@$(BIN)/python -m pytest

bench: setup
	@$(BIN)/python -m benchmarks

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_layers.py
	@$(BIN)/partnerhub schema | diff -u schema.graphql - || { echo "schema.graphql is behind: run make fix" >&2; exit 1; }
	@$(BIN)/python -m kpis.docs | diff -u docs/kpis.md - || { echo "docs/kpis.md is behind: run make fix" >&2; exit 1; }

fix: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/partnerhub schema > schema.graphql
	@$(BIN)/python -m kpis.docs > docs/kpis.md

lock: setup
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --group dev pyproject.toml -o requirements.lock
