"""Makes the keys lead with the partner, adds the foreign keys as pairs and the checks that the models declare.

CreateModel can say none of these. With keys of this form the tables can be distributed by partner as they are.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

KEYS = {
    "own_organizations": "partner_id, id",
    "customers": "partner_id, id",
    "subscriptions": "partner_id, id",
    "trials": "partner_id, id",
    "licenses": "partner_id, id",
    "license_usage": "partner_id, license_id, date",
    "license_states": "partner_id, license_id",
    "orders": "partner_id, id",
    "invoices": "partner_id, id",
    "partner_admins": "partner_id, id",
    "admin_assignments": "partner_id, id",
    "tags": "partner_id, id",
    "customer_tags": "partner_id, id",
    "calls": "partner_id, id",
    "resources": "partner_id, id",
    "help_desks": "partner_id, id",
}

# The two tables that take millions of rows an import (license_usage, calls) have no foreign key to check at each
# row: only the import writes them, with keys that it has just looked up in the same transaction.
REFERENCES = [
    ("own_organizations", "terms_accepted_by_id", "partner_admins"),
    ("own_organizations", "customer_id", "customers"),
    ("customers", "created_by_id", "partner_admins"),
    ("subscriptions", "customer_id", "customers"),
    ("trials", "customer_id", "customers"),
    ("trials", "started_by_id", "partner_admins"),
    ("licenses", "subscription_id", "subscriptions"),
    ("licenses", "trial_id", "trials"),
    ("orders", "subscription_id", "subscriptions"),
    ("invoices", "subscription_id", "subscriptions"),
    ("admin_assignments", "admin_id", "partner_admins"),
    ("admin_assignments", "customer_id", "customers"),
    ("tags", "created_by_id", "partner_admins"),
    ("customer_tags", "customer_id", "customers"),
    ("customer_tags", "tag_id", "tags"),
]

TO_PARTNERS = [
    "own_organizations", "customers", "subscriptions", "trials", "licenses", "orders", "invoices", "partner_admins",
    "admin_assignments", "tags", "customer_tags", "resources", "help_desks",
]  # fmt: skip

PRODUCTS = (
    "product IN ('MEETINGS', 'CALLING', 'MESSAGING', 'EVENTS', 'REAL_TIME_TRANSLATIONS', 'DEVICES', 'CONTACT_CENTER')"
)
CHECKS = [
    ("own_organizations", "state_known", "state IN ('NOT_STARTED', 'TERMS_ACCEPTED', 'READY')"),
    ("customers", "managed_by_known", "managed_by IN ('EXTERNAL_ADMIN', 'PARTNER_ORGANIZATION')"),
    ("subscriptions", "status_known", "status IN ('ACTIVE', 'SUSPENDED', 'PENDING_SETUP', 'CANCELLED')"),
    ("subscriptions", "end_not_before_start", "end_date >= start_date"),
    ("trials", "status_known", "status IN ('ACTIVE', 'CANCELLED', 'CONVERTED')"),
    ("trials", "end_not_before_start", "end_date >= start_date"),
    ("licenses", "product_known", PRODUCTS),
    ("licenses", "quantity_not_negative", "quantity >= 0"),
    ("licenses", "subscription_or_trial", "num_nonnulls(subscription_id, trial_id) = 1"),
    ("license_usage", "counts_not_negative", "assigned >= 0 AND used >= 0 AND used_last_90_days >= 0"),
    ("orders", "type_known", "type IN ('NEW', 'CHANGE', 'RENEWAL', 'CANCEL')"),
    ("orders", "product_known", PRODUCTS),
    ("orders", "quantity_not_negative", "quantity >= 0"),
    ("invoices", "status_known", "status IN ('PAID', 'DUE', 'OVERDUE')"),
    ("calls", "direction_known", "direction IN ('INBOUND', 'OUTBOUND', 'INTERNAL')"),
    ("calls", "outcome_known", "outcome IN ('ANSWERED', 'UNANSWERED', 'FAILED')"),
    (
        "calls",
        "endpoint_type_known",
        "endpoint_type IN ('WXC_CLIENT', 'WXC_DEVICE', 'WXC_THIRD_PARTY', 'TEAMS_WXC_CLIENT', 'WXC_SIP_GW', 'SIP')",
    ),
    ("calls", "queue_outcome_known", "queue_outcome IN ('ANSWERED', 'OVERFLOWED', 'ABANDONED')"),
    ("calls", "duration_not_negative", "duration_seconds >= 0"),
    ("resources", "kind_known", "kind IN ('GUIDE', 'VIDEO', 'TRAINING', 'TOOL', 'ANNOUNCEMENT')"),
    ("resources", "product_known", PRODUCTS),
]

FORWARD = [
    *(f"ALTER TABLE {t} DROP CONSTRAINT {t}_pkey, ADD PRIMARY KEY ({columns})" for t, columns in KEYS.items()),
    *(f"ALTER TABLE {t} ADD FOREIGN KEY (partner_id) REFERENCES partners (id)" for t in TO_PARTNERS),
    *(
        f"ALTER TABLE {t} ADD FOREIGN KEY (partner_id, {column}) REFERENCES {to} (partner_id, id)"
        for t, column, to in REFERENCES
    ),
    *(f"ALTER TABLE {t} ADD CONSTRAINT {name} CHECK ({check})" for t, name, check in CHECKS),
    "ALTER TABLE installation ADD CONSTRAINT one_row CHECK (id = 1)",
    "INSERT INTO installation (id, id_key) VALUES (1, substring(sha256("
    "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) from 1 for 16))",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]
    initial = False

    operations = [ops.RunSQL(FORWARD)]
