"""Call records in partitions by week, and their roll-ups by week and customer.

The records that are there stay; their roll-ups are made by `partnerhub rebuild`, which knows the thresholds in force.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.fields import CTextField

WEEK = "(started_at AT TIME ZONE 'UTC')::date - extract(dow FROM started_at AT TIME ZONE 'UTC')::int"

PARTITION = [
    "ALTER TABLE calls RENAME TO calls_whole",
    "ALTER TABLE calls_whole RENAME CONSTRAINT calls_pkey TO calls_whole_pkey",
    """
    CREATE TABLE calls (
        partner_id BIGINT NOT NULL,
        customer_id BIGINT NOT NULL,
        started_at TIMESTAMPTZ NOT NULL,
        packet_loss_percent DOUBLE PRECISION,
        latency_ms DOUBLE PRECISION,
        jitter_ms DOUBLE PRECISION,
        queue_wait_seconds DOUBLE PRECISION,
        week DATE NOT NULL,
        duration_seconds INT NOT NULL,
        external_id TEXT COLLATE "C" NOT NULL,
        user_id TEXT COLLATE "C" NOT NULL,
        direction TEXT NOT NULL,
        outcome TEXT NOT NULL,
        endpoint_type TEXT,
        features TEXT[] NOT NULL,
        queue TEXT COLLATE "C",
        queue_outcome TEXT,
        PRIMARY KEY (partner_id, external_id, week),
        CONSTRAINT direction_known CHECK (direction IN ('INBOUND', 'OUTBOUND', 'INTERNAL')),
        CONSTRAINT outcome_known CHECK (outcome IN ('ANSWERED', 'UNANSWERED', 'FAILED')),
        CONSTRAINT endpoint_type_known CHECK (
            endpoint_type IN ('WXC_CLIENT', 'WXC_DEVICE', 'WXC_THIRD_PARTY', 'TEAMS_WXC_CLIENT', 'WXC_SIP_GW', 'SIP')),
        CONSTRAINT queue_outcome_known CHECK (queue_outcome IN ('ANSWERED', 'OVERFLOWED', 'ABANDONED')),
        CONSTRAINT duration_not_negative CHECK (duration_seconds >= 0)
    ) PARTITION BY RANGE (week)
    """,
    f"""
    DO $$ DECLARE sunday date; BEGIN
        FOR sunday IN SELECT DISTINCT {WEEK} FROM calls_whole LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF calls FOR VALUES FROM (%L) TO (%L)',
                           'calls_' || to_char(sunday, 'YYYY_MM_DD'), sunday, sunday + 7);
        END LOOP;
    END $$
    """,
    f"""
    INSERT INTO calls
    SELECT partner_id, customer_id, started_at, packet_loss_percent, latency_ms, jitter_ms, queue_wait_seconds,
           {WEEK}, duration_seconds, external_id, user_id, direction, outcome, endpoint_type, features, queue,
           queue_outcome
    FROM calls_whole ORDER BY partner_id, external_id
    """,
    "DROP TABLE calls_whole",
]
KEYS = {
    "calling_weeks": "partner_id, week, customer_id",
    "calling_endpoint_weeks": "partner_id, week, customer_id",
    "calling_feature_weeks": "partner_id, week, customer_id",
    "calling_queue_weeks": "partner_id, week, customer_id, queue",
}


class Described(ops.CreateModel):
    """A model whose table SQL has made."""

    async def database_forward(self, *_args: Any, **_named: Any) -> None:
        return None


class Migration(migrations.Migration):
    dependencies = [("models", "0006_customer_positions")]
    initial = False

    operations = [
        ops.RunSQL(PARTITION),
        Described(
            name="Call",
            fields=[
                ("external_id", CTextField(primary_key=True, unique=True, db_index=True, generated=False, null=False)),
                ("partner_id", fields.BigIntField()),
                ("week", fields.DateField()),
                ("customer_id", fields.BigIntField()),
                ("user_id", CTextField(generated=False, null=False, unique=False)),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("duration_seconds", fields.IntField()),
                ("direction", fields.TextField(unique=False)),
                ("outcome", fields.TextField(unique=False)),
                ("endpoint_type", fields.TextField(null=True, unique=False)),
                ("features", ArrayField(element_type="TEXT")),
                ("packet_loss_percent", fields.FloatField(null=True)),
                ("latency_ms", fields.FloatField(null=True)),
                ("jitter_ms", fields.FloatField(null=True)),
                ("queue", CTextField(generated=False, null=True, unique=False)),
                ("queue_wait_seconds", fields.FloatField(null=True)),
                ("queue_outcome", fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'calls', 'app': 'models', 'constraints': [CheckConstraint(check='"direction" IN (\'INBOUND\', \'OUTBOUND\', \'INTERNAL\')', name='direction_known'), CheckConstraint(check='"outcome" IN (\'ANSWERED\', \'UNANSWERED\', \'FAILED\')', name='outcome_known'), CheckConstraint(check='"endpoint_type" IN (\'WXC_CLIENT\', \'WXC_DEVICE\', \'WXC_THIRD_PARTY\', \'TEAMS_WXC_CLIENT\', \'WXC_SIP_GW\', \'SIP\')', name='endpoint_type_known'), CheckConstraint(check='"queue_outcome" IN (\'ANSWERED\', \'OVERFLOWED\', \'ABANDONED\')', name='queue_outcome_known'), CheckConstraint(check='duration_seconds >= 0', name='duration_not_negative')], 'pk_attr': 'external_id', 'table_description': 'A call record; `external_id` is the call ID, `week` the Sunday (UTC) of the week in which it started.'},
            bases=["Model"],
        ),
        ops.CreateModel(
            name='CallingEndpointWeek',
            fields=[
                ('partner_id', fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ('customer_id', fields.BigIntField()),
                ('week', fields.DateField()),
                ('wxc_client_good', fields.IntField()),
                ('wxc_client_poor', fields.IntField()),
                ('wxc_client_unknown', fields.IntField()),
                ('wxc_device_good', fields.IntField()),
                ('wxc_device_poor', fields.IntField()),
                ('wxc_device_unknown', fields.IntField()),
                ('wxc_third_party_good', fields.IntField()),
                ('wxc_third_party_poor', fields.IntField()),
                ('wxc_third_party_unknown', fields.IntField()),
                ('teams_wxc_client_good', fields.IntField()),
                ('teams_wxc_client_poor', fields.IntField()),
                ('teams_wxc_client_unknown', fields.IntField()),
                ('wxc_sip_gw_good', fields.IntField()),
                ('wxc_sip_gw_poor', fields.IntField()),
                ('wxc_sip_gw_unknown', fields.IntField()),
                ('sip_good', fields.IntField()),
                ('sip_poor', fields.IntField()),
                ('sip_unknown', fields.IntField()),
            ],
            options={'table': 'calling_endpoint_weeks', 'app': 'models', 'pk_attr': 'partner_id', 'table_description': "Derived: the quality of a customer's calls of a week, by endpoint type side by side: a row for each would"},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CallingFeatureWeek',
            fields=[
                ('partner_id', fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ('customer_id', fields.BigIntField()),
                ('week', fields.DateField()),
                ('call_queue', fields.IntField()),
                ('auto_attendant', fields.IntField()),
                ('hunt_group', fields.IntField()),
                ('call_park', fields.IntField()),
                ('call_pickup', fields.IntField()),
                ('call_forward', fields.IntField()),
                ('call_transfer', fields.IntField()),
                ('voicemail', fields.IntField()),
                ('call_recording', fields.IntField()),
                ('paging_group', fields.IntField()),
                ('single_number_reach', fields.IntField()),
            ],
            options={'table': 'calling_feature_weeks', 'app': 'models', 'pk_attr': 'partner_id', 'table_description': "Derived: how many of a customer's calls of a week used each feature. Only customers with call queues that"},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CallingQueueWeek',
            fields=[
                ('partner_id', fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ('customer_id', fields.BigIntField()),
                ('answer_seconds', fields.FloatField()),
                ('abandon_seconds', fields.FloatField()),
                ('week', fields.DateField()),
                ('calls', fields.IntField()),
                ('answered', fields.IntField()),
                ('overflowed', fields.IntField()),
                ('abandoned', fields.IntField()),
                ('answer_waits', fields.IntField()),
                ('abandon_waits', fields.IntField()),
                ('queue', CTextField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'calling_queue_weeks', 'app': 'models', 'pk_attr': 'partner_id', 'table_description': "Derived: what became of a queue's calls in a week, and how long they waited where that is known."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CallingWeek',
            fields=[
                ('partner_id', fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ('customer_id', fields.BigIntField()),
                ('seconds', fields.BigIntField()),
                ('week', fields.DateField()),
                ('calls', fields.IntField()),
                ('low_users', fields.IntField()),
                ('medium_users', fields.IntField()),
                ('high_users', fields.IntField()),
                ('good', fields.IntField()),
                ('poor', fields.IntField()),
                ('unknown', fields.IntField()),
            ],
            options={'table': 'calling_weeks', 'app': 'models', 'pk_attr': 'partner_id', 'table_description': "Derived: a customer's calls of a week, its users by how much they called, and the quality of its calls."},
            bases=['Model'],
        ),
        ops.RunSQL([f"ALTER TABLE {t} DROP CONSTRAINT {t}_pkey, ADD PRIMARY KEY ({key})" for t, key in KEYS.items()]),
    ]
