"""What rows of files refer to, by which keys."""

from ingest.spec import Lookup, Reference

CUSTOMER = Lookup("customer", "SELECT external_id, id FROM customers WHERE partner_id = $1")
SUBSCRIPTION = Lookup("subscription", "SELECT external_id, id FROM subscriptions WHERE partner_id = $1")
TRIAL = Lookup("trial", "SELECT external_id, id FROM trials WHERE partner_id = $1")
PARTNER_ADMIN = Lookup("partner admin", "SELECT email_key, id FROM partner_admins WHERE partner_id = $1")
TAG_NAME = Lookup("tag", "SELECT name_key, id FROM tags WHERE partner_id = $1")
LICENSE = Lookup(
    "license line",
    """
    SELECT s.external_id, t.external_id, l.product, l.id
    FROM licenses l
    LEFT JOIN subscriptions s ON s.partner_id = l.partner_id AND s.id = l.subscription_id
    LEFT JOIN trials t ON t.partner_id = l.partner_id AND t.id = l.trial_id
    WHERE l.partner_id = $1
    """,
)
OWN_ORGANIZATION = Lookup(
    "own organization", "SELECT external_id, id FROM customers WHERE partner_id = $1 AND is_own_organization"
)

TO_CUSTOMER = Reference(("customer_id",), "customer_id", CUSTOMER)
TO_SUBSCRIPTION = Reference(("subscription_id",), "subscription_id", SUBSCRIPTION)
TO_TRIAL = Reference(("trial_id",), "trial_id", TRIAL)
