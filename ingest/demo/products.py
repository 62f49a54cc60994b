"""Which products a customer buys, how many licenses of each, and how it takes to them."""

from random import Random

from ingest.demo.stories import Story

# How often a customer has the product, and how many licenses for each seat.
_PRODUCTS = {
    "MEETINGS": (0.85, 0.6, 1.05),
    "MESSAGING": (0.55, 0.8, 1.1),
    "EVENTS": (0.1, 0.01, 0.05),
    "REAL_TIME_TRANSLATIONS": (0.08, 0.1, 0.3),
    "CALLING": (0.6, 0.6, 1.0),
    "DEVICES": (0.2, 0.03, 0.1),
    "CONTACT_CENTER": (0.06, 0.03, 0.1),
}

# What is sold together, in one subscription.
SUITES = (
    ("MEETINGS", "MESSAGING", "EVENTS", "REAL_TIME_TRANSLATIONS"),
    ("CALLING", "DEVICES"),
    ("CONTACT_CENTER",),
)


def products_of(rng: Random, story: Story) -> list[str]:
    """The products of one customer, one at least."""
    if story is Story.MESSAGING_ONLY:
        return ["MESSAGING"]
    drawn = [product for product, (share, _, _) in _PRODUCTS.items() if rng.random() < share]
    return drawn or [rng.choice(("MEETINGS", "CALLING"))]


def habit_of(rng: Random, story: Story, status: str, *, over: bool) -> str:
    """How a line is used: in the usual way (""), hardly, beyond its quantity, or with nothing reported."""
    if status == "PENDING_SETUP" or rng.random() < 0.01:
        return "silent"
    if over:
        return "over"
    return "lagging" if story is Story.LAGGARD else ""


def licenses_for(rng: Random, product: str, seats: int) -> int:
    """Licenses as they are sold: rounder when there are more."""
    _, low, high = _PRODUCTS[product]
    licenses = seats * rng.uniform(low, high)
    step = 1 if licenses < 20 else 5 if licenses < 250 else 25
    return max(1, round(licenses / step) * step)
