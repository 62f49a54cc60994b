"""Small sets of rows that hypothesis picks, each imported as a partner of its own, against the oracle."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import run_import
from tests import oracle
from tests.oracle import Rows, policy
from tests.row_files import write_rows
from tests.rows import rows_strategy
from tests.server import Api, served
from tests.today import TODAY

FULL, ASSIGNED = "full@partner.example", "admin@partner.example"
CUSTOMER_FIELDS = (
    "customerId name managedBy country industry createdOn statuses primaryStatus products"
    " nextExpirationOn nextRenewalOn"
)
STATE = "total assigned used available overage usedLast90Days assignmentRate assignmentChange usageChange"
ORDERS = ["NAME", "CREATED_ON", "NEXT_EXPIRATION", "NEXT_RENEWAL", "LAST_ADMIN_SIGN_IN", "URGENCY"]
QUERY = f"""
query($filter: CustomerFilter, $order: CustomerOrder) {{
    customers(first: 100) {{ nodes {{
        {CUSTOMER_FIELDS}
        tags {{ name }}
        licenses {{ {STATE} }}
        subscriptions {{ nodes {{ subscriptionId status inForce licenses {{ product state {{ {STATE} }} }} }} }}
        trials {{ nodes {{ trialId status inForce }} }}
    }} }}
    some: customers(filter: $filter, orderBy: $order, first: 100) {{ totalCount nodes {{ customerId }} }}
    last: customers(filter: $filter, orderBy: $order, last: 2) {{
        nodes {{ customerId }} pageInfo {{ hasPreviousPage hasNextPage }}
    }}
    subscriptions {{ totalCount }}
    trials {{ totalCount }}
}}"""


@dataclass
class Partners:
    """A served database, and as many new partners in it as there are sets of rows."""

    api: Api
    connection: asyncpg.Connection
    numbers: Any = field(default_factory=count)

    async def add(self, rows: Rows) -> str:
        name = f"Picked {next(self.numbers)}"
        with TemporaryDirectory() as folder:
            write_rows({table: found for table, found in rows.items() if found}, Path(folder))
            await run_import(self.connection, Path(folder), partner=name)
        return name


@pytest.fixture(scope="module")
async def partners(database_url: str, data_dir: Path) -> AsyncIterator[Partners]:
    connection = await asyncpg.connect(database_url)
    async with served(database_url, data_dir) as api:
        yield Partners(api, connection)
    await connection.close()


def filters() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "statuses": st.lists(st.sampled_from(policy.STATUSES), max_size=2),
            "products": st.lists(st.sampled_from(policy.PRODUCTS), max_size=2),
            "subscriptionTypes": st.lists(st.sampled_from(["SUBSCRIPTION", "TRIAL"]), max_size=2),
            "tags": st.lists(st.sampled_from(["VIP", "ärger", "none"]), max_size=2),
            "search": st.sampled_from(["acme", "C-0", "%", "ä", ""]),
        },
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=rows_strategy(TODAY),
    filter=filters(),
    order=st.sampled_from(ORDERS),
    direction=st.sampled_from(["ASC", "DESC"]),
)
async def test_every_list_of_any_rows(
    partners: Partners, rows: Rows, filter: dict[str, Any], order: str, direction: str
) -> None:
    rows = rows | {"calls": []}
    partner = await partners.add(rows)
    variables = {"filter": filter, "order": {"field": order, "direction": direction}}
    book, day = oracle.Book(rows), TODAY

    for email in (FULL, ASSIGNED):
        data = (await partners.api.ask(email, QUERY, variables, partner=partner)).data
        visible = oracle.visible_customers(book, email)

        ordered = oracle.order_customers(book, visible, on=day)
        assert [node["customerId"] for node in data["customers"]["nodes"]] == ordered
        for node in data["customers"]["nodes"]:
            check_customer(book, node, day)
        assert data["subscriptions"]["totalCount"] == len(oracle.subscription_ids(book, visible))
        assert data["trials"]["totalCount"] == len(oracle.trial_ids(book, visible))

        matching = oracle.filter_customers(book, visible, filter, day)
        keys = oracle.order_customers(book, matching, order, direction, on=day)
        assert data["some"]["totalCount"] == len(keys)
        assert [node["customerId"] for node in data["some"]["nodes"]] == keys
        assert [node["customerId"] for node in data["last"]["nodes"]] == keys[-2:]
        assert data["last"]["pageInfo"] == {"hasPreviousPage": len(keys) > 2, "hasNextPage": False}


def check_customer(book: oracle.Book, node: dict[str, Any], day: date) -> None:
    customer_id = node["customerId"]
    fields = oracle.customer_fields(book, customer_id, day)
    assert {name: node[name] for name in CUSTOMER_FIELDS.split()} == {
        name: fields[name] for name in CUSTOMER_FIELDS.split()
    }
    assert {tag["name"] for tag in node["tags"]} == oracle.tags(book, customer_id)
    assert node["licenses"] == state(oracle.customer_licenses(book, customer_id, None, day))
    assert {one["subscriptionId"] for one in node["subscriptions"]["nodes"]} == oracle.subscription_ids(
        book, [customer_id]
    )
    for one in node["subscriptions"]["nodes"]:
        row = book.subscriptions[one["subscriptionId"]]
        assert one["status"] == oracle.subscription_status(row, day)
        assert one["inForce"] == oracle.in_force(row, day)
        lines = {line["product"]: line for line in book.lines_of.get(oracle.entitlement_key(row), [])}
        assert {line["product"] for line in one["licenses"]} == set(lines)
        for line in one["licenses"]:
            assert line["state"] == state(oracle.license_state(book, lines[line["product"]], day))
    for one in node["trials"]["nodes"]:
        row = book.trials[one["trialId"]]
        assert (one["status"], one["inForce"]) == (oracle.trial_status(row, day), oracle.in_force(row, day))


def state(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in STATE.split()}
