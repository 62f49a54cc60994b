"""The thresholds of the domain. They are settings of the product; these are its defaults."""

from fractions import Fraction

EXPIRING_SOON_DAYS = 30
NO_RECENT_ACTIVITY_DAYS = 90

SIZE_BANDS = [1, 50, 250, 1000]  # each band's lowest number of licenses
MINIMUM_PEERS = 8
LOW_SHARE_OF_MEDIAN = Fraction(1, 2)

LOW_VOLUME_LIMIT = 10  # the most calls a week of a LOW user
MEDIUM_VOLUME_LIMIT = 50

GOOD_PACKET_LOSS_PERCENT = 5  # a good call stays below each of the three
GOOD_LATENCY_MS = 400
GOOD_JITTER_MS = 150

PRODUCTS = [
    "MEETINGS",
    "CALLING",
    "MESSAGING",
    "EVENTS",
    "REAL_TIME_TRANSLATIONS",
    "DEVICES",
    "CONTACT_CENTER",
]
ANALYTICS_PRODUCTS = ["MEETINGS", "CALLING"]

STATUSES = [  # in order of urgency
    "SUSPENDED",
    "EXPIRED",
    "LICENSE_OVERAGE",
    "EXPIRING_SOON",
    "ORDER_READY_FOR_SETUP",
    "NO_RECENT_ACTIVITY",
    "TRIAL",
    "SUBSCRIPTION",
]

ROLES_THAT_SEE_ALL = {"PARTNER_FULL_ADMIN", "PARTNER_READ_ONLY_ADMIN", "HELP_DESK_ADMIN"}
