"""The partner's own people, whom they look after, and the labels they use."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import polars as pl

from ingest.demo import draws
from ingest.demo.columns import TIME, Columns

DEMO_ADMINS: list[tuple[str, str]] = [
    ("full.admin@demo.example", "Partner full admin: sees and changes everything"),
    ("admin@demo.example", "Partner admin: the assigned customers, their tags and trials"),
    ("read.only@demo.example", "Partner read-only admin: sees everything, changes nothing"),
    ("help.desk@demo.example", "Help desk admin: customers and licenses, no billing and no analytics"),
]
TRIAL_STARTERS = ("full.admin@demo.example", "admin@demo.example", "noor.haddad@demo.example", None)

# The email's first part, name, roles.
_ADMINS = (
    ("full.admin", "Robin Alvarez", "PARTNER_FULL_ADMIN"),
    ("admin", "Sam Whitfield", "PARTNER_ADMIN"),
    ("read.only", "Jo Tanaka", "PARTNER_READ_ONLY_ADMIN"),
    ("help.desk", "Alex Moreno", "HELP_DESK_ADMIN"),
    ("noor.haddad", "Noor Haddad", "PARTNER_FULL_ADMIN"),
    ("katarzyna.zielinska", "Katarzyna Zielińska", "PARTNER_ADMIN"),
    ("juergen.boehm", "Jürgen Böhm", "PARTNER_ADMIN"),
    ("amelie.lefevre", "Amélie Lefèvre", "PARTNER_ADMIN"),
    ("david.okafor", "David Okafor", "PARTNER_ADMIN|HELP_DESK_ADMIN"),
    ("lucia.ibanez", "Lucía Ibáñez", "HELP_DESK_ADMIN"),
    ("tom.prescott", "Tom Prescott", "HELP_DESK_ADMIN"),
    ("ingrid.nystrom", "Ingrid Nyström", "PARTNER_READ_ONLY_ADMIN"),
    ("hiro.kimura", "Hiro Kimura", "PARTNER_READ_ONLY_ADMIN|HELP_DESK_ADMIN"),
    ("grace.ellison", "Grace Ellison", "PARTNER_FULL_ADMIN|PARTNER_ADMIN"),
    ("piotr.krol", "Piotr Król", "PARTNER_ADMIN"),
    ("marta.conti", "Marta Conti", "HELP_DESK_ADMIN"),
)
_INACTIVE = "marta.conti"
_NEVER_SIGNED_IN = "piotr.krol"

# The share of the customers that each looks after.
_SHARES = {
    "admin": 0.12,
    "katarzyna.zielinska": 0.09,
    "juergen.boehm": 0.16,
    "amelie.lefevre": 0.07,
    "david.okafor": 0.05,
}
_FEWEST = 3

_PUBLIC = pl.col("industry").is_in(["Public sector", "Education", "Healthcare"]).fill_null(False)
_STORY = pl.col("story")
_TAGS: dict[str, tuple[str | None, pl.Expr | float]] = {
    "Key account": ("Named account manager, quarterly review", pl.col("seats") >= 1000),
    "Public sector": ("Tender rules and data residency apply", _PUBLIC),
    "At risk": ("Likely to leave: talk to them this month", _STORY.is_in(["laggard", "ended", "suspended"])),
    "Onboarding": ("First weeks: help with setup and training", _STORY.is_in(["in setup", "trying out"])),
    "Upsell": ("Has outgrown what it bought", _STORY == "over the limit"),
    "Renewal in progress": ("An offer is out", _STORY.is_in(["renewing", "expiring", "expiring later"])),
    "Reference customer": ("Agreed to speak to others", 0.05),
    "Early adopter": (None, 0.07),
    "Managed service": ("Runs on our operations contract", 0.2),
    "Migration": ("Moving from an on-premises system", 0.08),
}


def partner_admins(seed: int, today: date) -> pl.DataFrame:
    """The demo's sign-ins and a dozen colleagues: one inactive, one who never signed in, some with two roles."""
    rng = Random(f"{seed}/admins")
    midnight = datetime.combine(today, time(), UTC)
    rows = []
    for user, name, roles in _ADMINS:
        hours = rng.uniform(1, 24 * 20) + (24 * 200 if user == _INACTIVE else 0)
        signed_in = None if user == _NEVER_SIGNED_IN else midnight - timedelta(minutes=int(hours * 60))
        rows.append((f"{user}@demo.example", name, roles, user != _INACTIVE, signed_in))
    columns: Columns = {
        "email": pl.String,
        "display_name": pl.String,
        "roles": pl.String,
        "active": pl.Boolean,
        "last_sign_in_at": TIME,
    }
    return pl.DataFrame(rows, columns, orient="row")


def admin_assignments(customers: pl.DataFrame) -> pl.DataFrame:
    """Each partner admin's customers: a share drawn from all, three at least."""
    frames = []
    for user, share in _SHARES.items():
        number = max(_FEWEST, round(len(customers) * share))
        drawn = customers.sort(draws.mixed(pl.col("key"), user)).head(number)
        frames.append(drawn.select(pl.lit(f"{user}@demo.example").alias("email"), "customer_id"))
    return pl.concat(frames)


def tags() -> pl.DataFrame:
    """The partner's labels."""
    rows = [(name, description) for name, (description, _) in _TAGS.items()]
    return pl.DataFrame(rows, {"name": pl.String, "description": pl.String}, orient="row")


def customer_tags(customers: pl.DataFrame) -> pl.DataFrame:
    """Labels where they belong, but not on every such customer."""
    frames = []
    for name, (_, rule) in _TAGS.items():
        fits, share = (pl.lit(True), rule) if isinstance(rule, float) else (rule, 0.8)
        drawn = draws.chance(pl.col("key"), name, share)
        frames.append(customers.filter(fits & drawn).select("customer_id", pl.lit(name).alias("tag")))
    return pl.concat(frames)
