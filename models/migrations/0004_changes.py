"""What changes leave behind: the audit trail, which the database itself keeps as it is, and idempotency keys."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.fields import CTextField

AUDIT_EVENT = ops.CreateModel(
    name="AuditEvent",
    fields=[
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("partner_id", fields.BigIntField()),
        ("at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
        ("actor_id", fields.BigIntField(null=True)),
        ("action", fields.TextField(unique=False)),
        ("target_type", fields.TextField(unique=False)),
        ("target_id", fields.BigIntField()),
        ("target_name", fields.TextField(unique=False)),
        ("targets", ArrayField(element_type="TEXT")),
        ("before", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
        ("after", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
    ],
    options={
        "table": "audit_events",
        "app": "models",
        "pk_attr": "id",
        "table_description": "An accepted change: who, when, what, on what, before and after. The database refuses to alter one.",
    },
    bases=["PartnerRow"],
)
IDEMPOTENCY_KEY = ops.CreateModel(
    name="IdempotencyKey",
    fields=[
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("partner_id", fields.BigIntField()),
        ("admin_id", fields.BigIntField()),
        ("key", CTextField(generated=False, null=False, unique=False)),
        ("path", CTextField(generated=False, null=False, unique=False)),
        ("fingerprint", fields.TextField(unique=False)),
        ("ids", ArrayField(element_type="BIGINT")),
        ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
    ],
    options={
        "table": "idempotency_keys",
        "app": "models",
        "unique_together": (("partner_id", "admin_id", "key", "path"),),
        "indexes": [Index(fields=["partner_id", "created_at"])],
        "pk_attr": "id",
        "table_description": "What an accepted change came to, so that a client that asks again gets the answer and no second change.",
    },
    bases=["PartnerRow"],
)

KEYS = [
    *(
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY (partner_id, id),"
        " ADD FOREIGN KEY (partner_id) REFERENCES partners (id),"
        f" ADD FOREIGN KEY (partner_id, {admin}) REFERENCES partner_admins (partner_id, id)"
        for table, admin in {"audit_events": "actor_id", "idempotency_keys": "admin_id"}.items()
    ),
    "ALTER TABLE trials ADD FOREIGN KEY (partner_id, converted_to_id) REFERENCES subscriptions (partner_id, id)",
]
APPEND_ONLY = [
    "CREATE FUNCTION refuse_to_alter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION '% is append-only: its rows can be neither changed nor removed', TG_TABLE_NAME"
    " USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_alter()",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0003_search_texts")]
    initial = False

    operations = [
        AUDIT_EVENT,
        IDEMPOTENCY_KEY,
        ops.AddField("Trial", "converted_to_id", fields.BigIntField(null=True)),
        ops.RunSQL(KEYS),
        ops.RunSQL(APPEND_ONLY),
    ]
