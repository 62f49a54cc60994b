"""Random operations of every root field, by schemathesis, as admins of every role: no server error, whatever is asked.

FUZZ_CASES says how many in all, FUZZ_SEED which ones.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.graphql import nodes

from tests.conftest import Postgres
from tests.server import command, environment, serving

CASES = int(os.environ.get("FUZZ_CASES", "2000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

SCHEMA = schemathesis.graphql.from_path(Path(__file__).parent.parent / "schema.graphql")
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}
ROLES = ("full.admin", "admin", "read.only", "help.desk")

OF_CLIENTS = {"BAD_USER_INPUT", "FORBIDDEN", "QUERY_TOO_COMPLEX"}

# Global IDs of what is there, which random texts would never hit. Filled when it is known.
IDS: list[str] = []
KINDS = ("customers", "subscriptions", "trials", "tags", "partnerAdmins", "resources", "auditEvents")

A_DAY = st.dates().map(lambda day: nodes.String(day.isoformat()))
schemathesis.graphql.scalar("Date", A_DAY)
schemathesis.graphql.scalar(
    "DateTime", st.datetimes().map(lambda moment: nodes.String(f"{moment.isoformat()}Z"))
)
schemathesis.graphql.scalar("Decimal", st.decimals(allow_nan=False).map(lambda n: nodes.String(str(n))))


def an_id() -> SearchStrategy[str]:
    return st.deferred(lambda: st.sampled_from(IDS) | st.sampled_from(IDS) | st.text(max_size=30))


schemathesis.graphql.scalar("ID", an_id().map(nodes.String))


class Service:
    """The demo, served for nobody else, and a token for each role."""

    def __init__(self, address: str, tokens: dict[str, str]) -> None:
        self.url = f"{address}/graphql"
        self.headers = {role: {"Authorization": f"Bearer {token}"} for role, token in tokens.items()}
        self.outcomes: Counter[str] = Counter()

    def ids(self) -> list[str]:
        """Some of each kind, but none of those who ask: their roles shall last."""
        pages = " ".join(
            f"{kind}(first: 5) {{ nodes {{ id }} }}" for kind in KINDS if kind != "partnerAdmins"
        )
        admins = "partnerAdmins(first: 100) { nodes { id email } }"
        data = httpx.post(
            self.url,
            json={"query": f"{{ {pages} {admins} }}"},
            headers=self.headers["full.admin"],
            timeout=60,
        ).json()["data"]
        others = [node for node in data["partnerAdmins"]["nodes"] if node["email"].split("@")[0] not in ROLES]
        data["partnerAdmins"] = {"nodes": others[:5]}
        return [node["id"] for page in data.values() for node in page["nodes"]]


@pytest.fixture(scope="module")
def service(postgres: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("fuzz")
    name = postgres.create(template)
    # What is asked at random would use up any purse, and then nothing would be tried.
    purse = {
        f"PARTNERHUB_{whose}_COST_{what}": "1000000000"
        for whose in ("ADMIN", "PARTNER")
        for what in ("CAPACITY", "PER_SECOND")
    }
    env = environment(postgres.named(name), folder, PARTNERHUB_REQUEST_TIMEOUT_SECONDS="60", **purse)
    with serving("demo", "--customers", "60", env=env, cwd=folder) as address:
        tokens = {
            role: command("token", f"{role}@demo.example", env=env, cwd=folder).stdout.strip()
            for role in ROLES
        }
        service = Service(address, tokens)
        IDS[:] = service.ids()
        yield service
    postgres.drop(name)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_operation_brings_about_a_server_error(service: Service, label: str) -> None:
    each = -(-CASES // len(OPERATIONS))

    @seed(SEED)
    @settings(
        max_examples=each,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(), role=st.sampled_from(ROLES))
    def ask(case: schemathesis.Case[Any], role: str) -> None:
        response = case.call(base_url=service.url, headers=service.headers[role], timeout=90)
        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        assert response.status_code < 500 and codes <= OF_CLIENTS, response.text
        if "FORBIDDEN" not in codes:  # which schemathesis does not know for a client's error
            case.validate_response(response, checks=[not_a_server_error])
        service.outcomes[" ".join(sorted(codes)) or "ok"] += 1

    ask()


def test_most_of_it_was_run_rather_than_refused(service: Service) -> None:
    """Comes last: a fuzz of which every case is refused at the door would find nothing."""
    asked = service.outcomes.total()
    assert asked >= CASES
    run = asked - sum(
        service.outcomes[code] for code in ("QUERY_TOO_COMPLEX", "UNAUTHENTICATED", "RATE_LIMITED")
    )
    assert run > 0.8 * asked, service.outcomes
    assert service.outcomes["ok"] > 0.2 * asked, service.outcomes
