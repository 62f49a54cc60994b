"""The license KPIs: each declared once, under its name, with what it tells.

`window` days ahead or back are counted from D, both ends included.
"""

from collections.abc import Mapping

from kpis.in_force import LINE_IN_FORCE, ends_within
from kpis.license_state import FIGURES_OF_LINE, LINE_TERMS, OVER_LIMIT, TOTAL
from kpis.measures import Customers, Ratio, Section, Sum
from kpis.peers import IS_LOW, LINE_OF_LOW, PEER_TERMS
from kpis.positions import EXPIRES

WINDOW_DAYS = 90


def _expiring(days: str) -> str:
    return f"({LINE_IN_FORCE} AND {EXPIRES} AND {ends_within('ls', days)})"


def _renewing(days: str) -> str:
    return f"({LINE_IN_FORCE} AND ls.auto_renew AND {ends_within('ls', days)})"


_ADDED = (
    f"({LINE_IN_FORCE} AND ls.added_on BETWEEN :as_of::date - :recently_added_days::int AND :as_of::date)"
)


def _rates(where: str, of: Mapping[str, str]) -> tuple[Ratio, Ratio, Ratio]:
    """assignmentRate, usageRate and usageOfAssignedRate of some lines or positions, by the terms `of` these."""
    total, assigned, used = (Sum(name, "", of[name], where=where) for name in ("total", "assigned", "used"))
    return (
        Ratio(
            "assignment_rate",
            "How much of what was bought is assigned.",
            over=assigned,
            under=total,
            formula="Σ assigned / Σ total",
        ),
        Ratio(
            "usage_rate",
            "How much of what was bought is used.",
            over=used,
            under=total,
            formula="Σ used / Σ total",
        ),
        Ratio(
            "usage_of_assigned_rate",
            "How much of what is assigned is used.",
            over=used,
            under=assigned,
            formula="Σ used / Σ assigned",
        ),
    )


OVERVIEW = Section(
    "overview",
    "OverviewKpis",
    "The five counts of customers above every table. A customer counts once, however many lines match.",
    (
        Customers(
            "total_customers",
            "Customers with a license line that started, expired or not.",
            where="p.started_on <= :as_of",
            formula="customers with a line whose entitlement started on or before the day looked at",
        ),
        Customers(
            "nearing_expiration",
            f"Customers with licenses that run out within {WINDOW_DAYS} days.",
            where=f"p.expires_on <= :as_of::date + {WINDOW_DAYS}",
            formula="customers with a line in force, on a trial or without auto-renewal, that ends within"
            f" {WINDOW_DAYS} days",
        ),
        Customers(
            "nearing_renewal",
            f"Customers with licenses that renew by themselves within {WINDOW_DAYS} days.",
            where=f"p.renews_on <= :as_of::date + {WINDOW_DAYS}",
            formula=f"customers with a line in force, auto-renewing, that ends within {WINDOW_DAYS} days",
        ),
        Customers(
            "low_license_assignment",
            "Customers that assign far less of their licenses than similar customers.",
            where=IS_LOW,
            formula="customers whose assignment rate is below Policy.lowAssignmentShareOfMedian × their peers' median",
        ),
        Customers(
            "over_license_limit",
            "Customers with more licenses assigned than bought.",
            where="p.over_limit",
            formula="customers with a line in force whose overage is above 0",
        ),
    ),
)


def _ending_section(name: str, help: str, where: str, verb: str) -> Section:
    assignment_rate, usage_rate, _ = _rates(where, LINE_TERMS)
    counted = Customers(
        "customers",
        f"Customers with licenses that {verb} in the window.",
        where=where,
        formula="customers with such a line",
    )
    measures = (counted, assignment_rate, usage_rate)
    return Section(name, name.capitalize(), help, measures, where=where, window=f"{name}_days")


RECENTLY_ADDED = Section(
    "recently_added",
    "RecentlyAdded",
    "Licenses added in the days up to the one looked at: are they taken up?",
    (
        Customers(
            "new_customers",
            "Customers with licenses added in the window.",
            where=_ADDED,
            formula="customers with a line in force whose entitlement was added in the window",
        ),
        Sum(
            "total_licenses",
            "Licenses added in the window.",
            TOTAL,
            where=_ADDED,
            formula="Σ total of these lines",
        ),
    ),
    where=_ADDED,
    window="recently_added_days",
)
EXPIRING = _ending_section(
    "expiring",
    "Licenses in force, on trials or without auto-renewal, that end in the days from the one looked at.",
    _expiring(":expiring_days"),
    "run out",
)
RENEWING = _ending_section(
    "renewing",
    "Licenses in force that renew by themselves in the days from the one looked at.",
    _renewing(":renewing_days"),
    "renew",
)
LOW_ASSIGNMENT = Section(
    "low_assignment",
    "LowAssignment",
    "Customers that assign far less of their licenses than similar customers do.",
    (
        Customers(
            "customers",
            "Customers that are low.",
            where=IS_LOW,
            formula="as OverviewKpis.lowLicenseAssignment",
        ),
        *_rates(IS_LOW, PEER_TERMS),
        Sum(
            "unassigned_licenses",
            "Licenses that low customers have left to assign.",
            PEER_TERMS["available"],
            where=IS_LOW,
            formula="Σ available over the lines of low customers",
        ),
    ),
    where=LINE_OF_LOW,
)
_OVER_CUSTOMERS = Customers(
    "customers",
    "Customers with more assigned than bought.",
    where=OVER_LIMIT,
    formula="customers with such a line",
)
_IN_OVERAGE = Sum(
    "licenses_in_overage",
    "Licenses assigned beyond what was bought.",
    FIGURES_OF_LINE["overage"],
    where=OVER_LIMIT,
    formula="Σ overage",
)
OVERAGE = Section(
    "overage",
    "Overage",
    "Lines in force with more licenses assigned than bought.",
    (
        _OVER_CUSTOMERS,
        _IN_OVERAGE,
        Ratio(
            "average_overage",
            "Licenses in overage of a customer, on average.",
            over=_IN_OVERAGE,
            under=_OVER_CUSTOMERS,
            formula="licensesInOverage / customers",
            unit="licenses a customer",
        ),
    ),
    where=OVER_LIMIT,
)

SECTIONS = (OVERVIEW, RECENTLY_ADDED, EXPIRING, RENEWING, LOW_ASSIGNMENT, OVERAGE)
