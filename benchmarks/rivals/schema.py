"""The views that PostGraphile makes its schema of, put into the database from the service's own SQL."""

import re
from pathlib import Path

import asyncpg

from kpis import customer_status as status
from kpis.in_force import LINE_IN_FORCE, SUBSCRIPTION_STATUS, TRIAL_STATUS
from kpis.license_state import FIGURES, LINE_TERMS
from kpis.policy import Policy
from resolvers.customers import CUSTOMER
from resolvers.licenses import LICENSES_OF_SUBSCRIPTION
from server.settings import Settings

_TEXT = Path(__file__).with_name("schema.sql")
_FIGURES = (
    "total",
    "assigned",
    "used",
    "available",
    "overage",
    "used_last_90_days",
    "assignment_rate",
    "usage_rate",
    "usage_of_assigned_rate",
)
_OPERATIONS = Path(__file__).parents[1] / "operations"


def _columns(columns: dict[str, str]) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def _statement(name: str, *parameters: str) -> str:
    text = (_OPERATIONS / f"{name}.sql").read_text()
    for number, parameter in enumerate(parameters, start=1):
        text = re.sub(rf"(?<!:):{parameter}\b", f"${number}", text)
    return text


def schema_sql() -> str:
    policy = Policy()
    terms = {
        "statuses": status.STATUSES,
        "products": CUSTOMER.columns["products"],
        "next_expiration_on": status.NEXT_EXPIRATION_ON,
        "next_renewal_on": status.NEXT_RENEWAL_ON,
        "subscriptions_summary": _columns(status.SUBSCRIPTION_SUMMARY),
        "trials_summary": _columns(status.TRIAL_SUMMARY),
        "lines_summary": _columns(status.LINE_SUMMARY),
        "subscription_status": SUBSCRIPTION_STATUS,
        "trial_status": TRIAL_STATUS,
        "product_order": LICENSES_OF_SUBSCRIPTION.order_by,
        "in_force": LINE_IN_FORCE,
        **{name: LINE_TERMS[name] for name in ("total", "assigned", "used", "used_last_90_days")},
        "line_terms": _columns(LINE_TERMS),
        "figures": _columns({name: FIGURES[name] for name in _FIGURES}),
        "launch_url": Settings.model_fields["launch_url"].default.partition("{id}")[0],
        "overview": _statement("overview_of_both_kept", "partner", "as_of"),
        "trend": _statement("trend", "partner", "as_of", "days"),
    }
    text = re.sub(r"(?<![:\w]):([a-z_0-9]+)", lambda match: terms[match[1]], _TEXT.read_text())
    for name, sql in (
        ("as_of", "rival.today()"),
        ("expiring_soon_days", str(policy.expiring_soon_days)),
        ("no_recent_activity_days", str(policy.no_recent_activity_days)),
    ):
        text = re.sub(rf"(?<!:):{name}\b", sql, text)
    return text


async def make_schema(connection: asyncpg.Connection) -> None:
    await connection.execute(schema_sql())
