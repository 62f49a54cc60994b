"""Orders and invoices over HTTP."""

from typing import Any

from tests.lists import SUBSCRIPTIONS, nodes
from tests.world import FULL, World

pytest_plugins = ["tests.world_fixture"]


async def test_orders_and_invoices_newest_first_with_exact_amounts(world: World) -> None:
    select = """
        subscriptionId
        orders { totalCount nodes { orderId orderedOn type product quantity amount { amount currency } } }
        invoices { totalCount nodes { number issuedOn dueOn amount { amount currency } status documentUrl } }"""
    found = await nodes(world.api, FULL, SUBSCRIPTIONS, select)

    orders: dict[str, list[Any]] = {}
    for row in sorted(world.book.rows["orders"], key=lambda row: row["order_id"]):
        orders.setdefault(row["subscription_id"], []).append(row)
    invoices: dict[str, list[Any]] = {}
    for row in sorted(world.book.rows["invoices"], key=lambda row: row["invoice_id"]):
        invoices.setdefault(row["subscription_id"], []).append(row)
    for node in found:
        ordered = orders.get(node["subscriptionId"], [])
        ordered = sorted(ordered, key=lambda row: row["ordered_on"], reverse=True)
        issued = invoices.get(node["subscriptionId"], [])
        issued = sorted(issued, key=lambda row: row["issued_on"], reverse=True)
        assert node["orders"]["totalCount"] == len(ordered)
        assert node["orders"]["nodes"] == [
            {
                "orderId": row["order_id"],
                "orderedOn": row["ordered_on"].isoformat(),
                "type": row["type"],
                "product": row["product"],
                "quantity": row["quantity"],
                "amount": {"amount": str(row["amount"]), "currency": row["currency"]},
            }
            for row in ordered
        ]
        assert node["invoices"]["totalCount"] == len(issued)
        assert node["invoices"]["nodes"] == [
            {
                "number": row["number"],
                "issuedOn": row["issued_on"].isoformat(),
                "dueOn": row["due_on"].isoformat(),
                "amount": {"amount": str(row["amount"]), "currency": row["currency"]},
                "status": row["status"],
                "documentUrl": row["document_url"],
            }
            for row in issued
        ]
    assert sum(len(node["invoices"]["nodes"]) for node in found) == len(world.book.rows["invoices"])
