"""License lines made by hand for tests of the oracle, and the sections that tell of them."""

from typing import Any

from tests.oracle import Book, Row, Rows
from tests.oracle_rows import day


def add_line(
    rows: Rows,
    customer_id: str,
    quantity: int,
    assigned: int | None = None,
    used: int = 0,
    product: str = "MEETINGS",
    trial: bool = False,
    **values: Any,
) -> Row:
    """A license line on an entitlement of its own, in force and renewing in a year unless told otherwise."""
    if not any(row["customer_id"] == customer_id for row in rows.setdefault("customers", [])):
        rows["customers"].append(
            {
                "customer_id": customer_id,
                "name": f"Name of {customer_id}",
                "managed_by": "EXTERNAL_ADMIN",
                "country": "US",
                "industry": None,
                "created_on": day(-500),
                "last_admin_sign_in_at": None,
                "suspended": False,
            }
        )
    table, kind = ("trials", "trial_id") if trial else ("subscriptions", "subscription_id")
    identifier = f"{kind[0].upper()}{len(rows.setdefault(table, []))}"
    renewal = {} if trial else {"auto_renew": True}
    rows[table].append(
        {
            kind: identifier,
            "customer_id": customer_id,
            "status": "ACTIVE",
            "added_on": day(-400),
            "start_date": day(-400),
            "end_date": day(365),
            **renewal,
            **values,
        }
    )
    line = {"subscription_id": None, "trial_id": None, kind: identifier, "product": product}
    rows.setdefault("licenses", []).append({**line, "quantity": quantity})
    if assigned is not None:
        rows.setdefault("license_usage", []).append(
            {**line, "date": day(-1), "assigned": assigned, "used": used, "used_last_90_days": used}
        )
    return rows["licenses"][-1]


def everyone(rows: Rows) -> set[str]:
    return set(Book(rows).customers)


def kpis(section: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in section.items() if name != "rows"}


def lines_of(section: dict[str, Any]) -> set[tuple[str, str]]:
    return {(*row["entitlement"].values(), row["product"]) for row in section["rows"]}
