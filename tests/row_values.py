"""What random rows are picked from: the plainest first, then every boundary of the domain."""

from datetime import time
from decimal import Decimal

NAMES = [
    "Acme",
    "acme",
    "ACME",
    "Acme Nord",
    "Acme Nord Bank",
    "Nord Bank",
    "bank of Nord",
    "Bänk",
    "Zürich Süd",
    "Ärzte am See",
    "École Acme",
    "Łódź ΟΔΟΣΑ",
    "Groß & Söhne ΟΔΟΣ",
    "GROẞ",
    "İzmir Port",
    "izmir port",
    "100% Acme",
    "100 Acme",
    "under_score",
    "underXscore",
    "back\\slash",
    "O'Brien Nord",
    'The "Quoted" Bank',
    "Comma, GROSS",
    "日本 AΣ-Nord",
    "zeta",
    "Zeta",
    "%",
]
ID_PREFIXES = ["C-", "c-", "C_", "C%"]
COUNTRIES = ["US", "DE", "CH", "TR", "PL"]
INDUSTRIES = [None, "Education", "Health care", "Öffentlicher Dienst"]

SIGN_IN_DAYS_AGO = [0, None, 1, 89, 90, 91, 90, 91, 400, None]
SIGN_IN_TIMES = [time(12, 0), time(0, 0), time(23, 59, 59)]
SUSPENDED = [False] * 15 + [True]

# Most of them far from the end, so that the less urgent statuses come about too.
END_DAYS = [365, 1, 0, -1, 7, 29, 30, 31, 89, 90, 91, 365, 200, 120, 91, 400, -7, -8, -30, -90, -91, -365]
START_DAYS = [-400, -1, 0, 1, -400, -200, -100, -91, -90, -89, -31, -30, -8, -7, -6, -40, 7, 30, 31]
ADDED_DAYS_BEFORE_START = [0, 0, 1, 30, 45, -40]  # some are added after they started
MORE_SUBSCRIPTIONS = [False, True, True]  # whether there is one more, up to three
MORE_TRIALS = [False, False, True]
SUBSCRIPTION_STATUSES = ["ACTIVE"] * 12 + ["SUSPENDED", "PENDING_SETUP", "CANCELLED", "CANCELLED"]
TRIAL_STATUSES = ["ACTIVE"] * 6 + ["CANCELLED", "CONVERTED"]
PRODUCT_SETS = [
    ["MEETINGS"],
    ["CALLING"],
    ["MEETINGS", "CALLING"],
    ["MEETINGS", "CALLING"],
    ["MEETINGS", "MESSAGING"],
    ["CALLING", "CONTACT_CENTER", "DEVICES"],
    ["MESSAGING"],
    ["EVENTS", "REAL_TIME_TRANSLATIONS"],
    ["MEETINGS", "CALLING", "MESSAGING", "EVENTS", "REAL_TIME_TRANSLATIONS", "DEVICES", "CONTACT_CENTER"],
    [],
]
QUANTITIES = [10, 0, 1, 10, 24, 25, 40, 49, 50, 100, 200, 249, 250, 600, 999, 1000, 2500]
SNAPSHOT_DAYS = [
    [],
    [0],
    [-7],
    [-8],
    [-6],
    [-7, 0],
    [-8, 0],
    [-8, -7, -6, -1],
    [-6, 0],
    [-7, 2],
    [1],
    [-90, -30, 3],
    [-62, -55, -48, -41, -34, -27, -20, -13, -6],
    [-400, -365, -91],
]
# Assigned: a share of the quantity, and that many more.
ASSIGNED = [
    (0.5, 0),
    (0.0, 0),
    (0.1, 0),
    (0.25, 0),
    (0.8, 0),
    (0.9, 0),
    (1.0, -1),
    (1.0, 0),
    (0.7, 0),
    (0.6, 0),
]
ASSIGNED_OVER = [*ASSIGNED, *ASSIGNED, (1.0, 1), (1.2, 7)]
USED_SHARES = [0.5, 0.0, 0.9, 1.0, 1.1]

ROLES = ["PARTNER_FULL_ADMIN", "PARTNER_ADMIN", "PARTNER_READ_ONLY_ADMIN", "HELP_DESK_ADMIN"]
ROLE_NAMES = {
    "PARTNER_FULL_ADMIN": "full",
    "PARTNER_ADMIN": "admin",
    "PARTNER_READ_ONLY_ADMIN": "read",
    "HELP_DESK_ADMIN": "desk",
}


def _admins() -> dict[str, tuple[list[str], bool]]:
    """Each combination of roles once, none of them included; a second of each single role; inactive ones."""
    found = {}
    for number in range(16):
        roles = [role for position, role in enumerate(ROLES) if number >> position & 1]
        name = "-".join(ROLE_NAMES[role] for role in roles) or "nobody"
        found[f"{name}@partner.example"] = (roles, True)
    for role in ROLES:
        found[f"{ROLE_NAMES[role]}.second@partner.example"] = ([role], True)
        found[f"{ROLE_NAMES[role]}.inactive@partner.example"] = ([role], False)
    found["admin.unassigned@partner.example"] = (["PARTNER_ADMIN"], True)
    return found


ADMINS: dict[str, tuple[list[str], bool]] = _admins()  # e-mail address: roles, active
ASSIGNABLE = [
    email
    for email, (roles, _) in ADMINS.items()
    if "PARTNER_ADMIN" in roles and email != "admin.unassigned@partner.example"
]
ASSIGNMENTS: list[list[str]] = [
    [],
    [],
    [],
    ["admin@partner.example"],
    ["admin@partner.example", "admin.second@partner.example"],
    ["admin.second@partner.example"],
    ["admin.inactive@partner.example"],
    ["full-admin@partner.example", "admin-read@partner.example"],
    ["admin-desk@partner.example"],
    ASSIGNABLE,
]

TAGS: dict[str, str | None] = {
    "vip": "Very important",
    "Key Account": None,
    "At risk": "Two\nlines, and a comma",
    "ÄRGER": None,
    "ΤΕΛΟΣ": "Greek, whose last letter is written in two ways",
    "Straße": None,
    "100%_sure": "With wildcards",
    "nobody has it": None,
    "twenty five characters ok": None,
}
TAG_SETS: list[list[str]] = [
    [],
    [],
    ["vip"],
    ["Key Account"],
    ["vip", "At risk"],
    ["ÄRGER", "100%_sure", "ΤΕΛΟΣ", "Straße"],
    ["vip", "Key Account", "At risk", "ÄRGER", "100%_sure", "twenty five characters ok"],
]

MORE_CALL_BURSTS = [False, True]
CALLS_IN_A_BURST = [1, 1, 2, 3, 1, 5, 9, 10, 11, 49, 50, 51]
CALL_WEEKS = [1, 1, 2, 1, 2, 3, 8, 9, 0]  # weeks before the running one, which is 0
CALL_MOMENTS = [  # seconds into the week, and the step to the burst's next call
    (3 * 86400 + 43200, 1),
    (0, 1),
    (7 * 86400 - 1, -1),
    (86400, 1),
]
USERS = ["u1", "u2", "u3", "U1"]
DURATIONS = [60, 0, 1, 59, 600, 3601]
OUTCOMES = ["ANSWERED", "ANSWERED", "ANSWERED", "UNANSWERED", "FAILED"]
ENDPOINTS = ["WXC_CLIENT", "WXC_DEVICE", "WXC_THIRD_PARTY", "TEAMS_WXC_CLIENT", "WXC_SIP_GW", "SIP", None]
FEATURE_SETS: list[list[str]] = [
    [],
    [],
    ["VOICEMAIL"],
    ["CALL_QUEUE"],
    ["CALL_QUEUE", "CALL_TRANSFER"],
    ["AUTO_ATTENDANT", "HUNT_GROUP"],
    ["CALL_PARK", "CALL_PICKUP", "CALL_FORWARD"],
    ["CALL_RECORDING", "PAGING_GROUP", "SINGLE_NUMBER_REACH"],
]
METRICS: list[tuple[Decimal | None, int | None, int | None]] = [  # packet loss, latency, jitter
    (Decimal("0.10"), 40, 5),
    (None, None, None),
    (Decimal("4.99"), 399, 149),
    (Decimal("5.00"), 40, 5),
    (Decimal("0.00"), 400, 5),
    (Decimal("0.00"), 0, 150),
    (Decimal("12.50"), 900, 300),
    (None, 40, 5),
]
QUEUES: list[tuple[str | None, int | None, str | None]] = [  # queue, wait, outcome
    (None, None, None),
    (None, None, None),
    (None, None, None),
    ("Sales", 10, "ANSWERED"),
    ("Sales", 0, "ANSWERED"),
    ("Support", 95, "OVERFLOWED"),
    ("Support", 31, "ABANDONED"),
    ("Support", None, "ABANDONED"),
    ("Sales", 7, None),
]

AMOUNTS = [Decimal("100.00"), Decimal("0.00"), Decimal("0.10"), Decimal("1234567.89"), Decimal("-15.55")]
CURRENCIES = ["USD", "EUR", "CHF", "JPY"]
MORE_BILLS = [False, False, True]
