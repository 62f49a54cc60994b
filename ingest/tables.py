"""The tables of the import contract. A new column or table is declared here, and nowhere else in the import."""

import polars as pl

from ingest.checks import ENDS_AFTER_IT_STARTS, NOT_LONG_AGO_OR_AHEAD, SUBSCRIPTION_OR_TRIAL
from ingest.kinds import (
    AMOUNT,
    COUNT,
    COUNTRY,
    CURRENCY,
    DATE,
    EMAIL,
    FLAG,
    KEY,
    MEASURE,
    NAME,
    TAG,
    TEXT,
    TIME,
    WORDS,
    one_of,
    some_of,
    text,
)
from ingest.references import (
    LICENSE,
    OWN_ORGANIZATION,
    PARTNER_ADMIN,
    TAG_NAME,
    TO_CUSTOMER,
    TO_SUBSCRIPTION,
    TO_TRIAL,
)
from ingest.spec import AtMost, Column, Computed, Derived, Reference, Refusal, Table, optional
from models.bounds import LONGEST_TAG_DESCRIPTION
from models.enums import (
    CallDirection,
    CallingFeature,
    CallOutcome,
    EndpointType,
    InvoiceStatus,
    ManagedBy,
    OrderType,
    PartnerRole,
    Product,
    QueueOutcome,
    ResourceKind,
    SubscriptionState,
    TrialState,
)
from models.search import address, fold, search_text

WEEK = pl.col("started_at").dt.date() - pl.duration(days=pl.col("started_at").dt.weekday() % 7)
"""The Sunday (UTC) that begins the week in which a call started."""

_TABLES = (
    Table(
        "partner_admins",
        (
            Column("email", EMAIL),
            Column("display_name", NAME),
            # An admin whose last role was taken away still is a row.
            optional("roles", some_of(PartnerRole)),
            Column("active", FLAG),
            optional("last_sign_in_at", TIME),
        ),
        key=("email_key",),
        derived=(
            Derived("email_key", ("email",), address),
            Derived("search_text", ("display_name", "email"), search_text),
        ),
    ),
    Table(
        "customers",
        (
            Column("customer_id", KEY, stored_as="external_id"),
            Column("name", NAME),
            Column("managed_by", one_of(ManagedBy)),
            Column("country", COUNTRY),
            optional("industry", TEXT),
            Column("created_on", DATE),
            optional("last_admin_sign_in_at", TIME),
            Column("suspended", FLAG),
        ),
        key=("external_id",),
        derived=(Derived("search_text", ("name", "customer_id"), search_text),),
        refusals=(Refusal("customer_id", OWN_ORGANIZATION, "is the partner's own organization"),),
    ),
    Table(
        "subscriptions",
        (
            Column("subscription_id", KEY, stored_as="external_id"),
            Column("customer_id", KEY),
            Column("status", one_of(SubscriptionState)),
            Column("added_on", DATE),
            Column("start_date", DATE),
            Column("end_date", DATE),
            Column("auto_renew", FLAG),
        ),
        key=("external_id",),
        derived=(Derived("search_text", ("subscription_id",), search_text),),
        references=(TO_CUSTOMER,),
        checks=(ENDS_AFTER_IT_STARTS,),
        license_ids="""
            SELECT l.id, '-infinity'::date AS since FROM {stage} s
            JOIN subscriptions t ON t.partner_id = {partner} AND t.external_id = s.external_id
            JOIN licenses l ON l.partner_id = {partner} AND l.subscription_id = t.id
        """,
    ),
    Table(
        "trials",
        (
            Column("trial_id", KEY, stored_as="external_id"),
            Column("customer_id", KEY),
            Column("status", one_of(TrialState)),
            Column("added_on", DATE),
            Column("start_date", DATE),
            Column("end_date", DATE),
            optional("started_by", EMAIL),
        ),
        key=("external_id",),
        references=(
            TO_CUSTOMER,
            Reference(("started_by",), "started_by_id", PARTNER_ADMIN, folded=address),
        ),
        checks=(ENDS_AFTER_IT_STARTS,),
        license_ids="""
            SELECT l.id, '-infinity'::date AS since FROM {stage} s
            JOIN trials t ON t.partner_id = {partner} AND t.external_id = s.external_id
            JOIN licenses l ON l.partner_id = {partner} AND l.trial_id = t.id
        """,
    ),
    Table(
        "licenses",
        (
            optional("subscription_id", KEY),
            optional("trial_id", KEY),
            Column("product", one_of(Product)),
            Column("quantity", COUNT),
        ),
        key=("subscription_id", "trial_id", "product"),
        nullable_key=("subscription_id", "trial_id"),
        references=(TO_SUBSCRIPTION, TO_TRIAL),
        checks=(SUBSCRIPTION_OR_TRIAL,),
        license_ids="""
            SELECT l.id, '-infinity'::date AS since FROM {stage} s JOIN licenses l ON l.partner_id = {partner}
            AND l.subscription_id = s.subscription_id AND l.product = s.product
            UNION ALL
            SELECT l.id, '-infinity'::date AS since FROM {stage} s JOIN licenses l ON l.partner_id = {partner}
            AND l.trial_id = s.trial_id AND l.product = s.product
        """,
    ),
    Table(
        "license_usage",
        (
            optional("subscription_id", KEY),
            optional("trial_id", KEY),
            Column("product", one_of(Product)),
            Column("date", DATE),
            Column("assigned", COUNT),
            Column("used", COUNT),
            Column("used_last_90_days", COUNT),
        ),
        key=("license_id", "date"),
        references=(Reference(("subscription_id", "trial_id", "product"), "license_id", LICENSE),),
        checks=(SUBSCRIPTION_OR_TRIAL,),
        license_ids="SELECT license_id AS id, date AS since FROM {stage}",
    ),
    Table(
        "orders",
        (
            Column("order_id", KEY, stored_as="external_id"),
            Column("subscription_id", KEY),
            Column("ordered_on", DATE),
            Column("type", one_of(OrderType)),
            Column("product", one_of(Product)),
            Column("quantity", COUNT),
            Column("amount", AMOUNT),
            Column("currency", CURRENCY),
        ),
        key=("external_id",),
        references=(TO_SUBSCRIPTION,),
    ),
    Table(
        "invoices",
        (
            Column("invoice_id", KEY, stored_as="external_id"),
            Column("subscription_id", KEY),
            Column("number", KEY),
            Column("issued_on", DATE),
            Column("due_on", DATE),
            Column("amount", AMOUNT),
            Column("currency", CURRENCY),
            Column("status", one_of(InvoiceStatus)),
            optional("document_url", TEXT),
        ),
        key=("external_id",),
        references=(TO_SUBSCRIPTION,),
    ),
    Table(
        "admin_assignments",
        (Column("email", EMAIL), Column("customer_id", KEY)),
        key=("admin_id", "customer_id"),
        references=(Reference(("email",), "admin_id", PARTNER_ADMIN, folded=address), TO_CUSTOMER),
    ),
    Table(
        "tags",
        (Column("name", TAG), optional("description", text(LONGEST_TAG_DESCRIPTION))),
        key=("name_key",),
        derived=(Derived("name_key", ("name",), fold),),
    ),
    Table(
        "customer_tags",
        (Column("customer_id", KEY), Column("tag", TAG)),
        key=("customer_id", "tag_id"),
        references=(TO_CUSTOMER, Reference(("tag",), "tag_id", TAG_NAME, folded=fold)),
        at_most=AtMost("tags_per_customer", "customer_id", "tag", "a customer has at most {} tags"),
    ),
    Table(
        "calls",
        (
            Column("call_id", KEY, stored_as="external_id"),
            Column("customer_id", KEY),
            Column("user_id", KEY),
            Column("started_at", TIME),
            Column("duration_seconds", COUNT),
            Column("direction", one_of(CallDirection)),
            Column("outcome", one_of(CallOutcome)),
            optional("endpoint_type", one_of(EndpointType)),
            optional("features", some_of(CallingFeature)),
            optional("packet_loss_percent", MEASURE),
            optional("latency_ms", MEASURE),
            optional("jitter_ms", MEASURE),
            optional("queue", KEY),
            optional("queue_wait_seconds", MEASURE),
            optional("queue_outcome", one_of(QueueOutcome)),
        ),
        key=("external_id",),
        references=(TO_CUSTOMER,),
        checks=(NOT_LONG_AGO_OR_AHEAD,),
        computed=(Computed("week", WEEK),),
    ),
    Table(
        "resources",
        (
            Column("resource_id", KEY, stored_as="external_id"),
            Column("title", NAME),
            Column("summary", TEXT),
            Column("url", TEXT),
            Column("kind", one_of(ResourceKind)),
            optional("product", one_of(Product)),
            Column("language", KEY),
            Column("quick_link", FLAG),
            Column("trending", FLAG),
            optional("tags", WORDS),
        ),
        key=("external_id",),
        derived=(
            Derived(
                "search_text",
                ("title", "summary", "tags"),
                lambda title, summary, tags: search_text(title, summary, *(tags or ())),
            ),
        ),
    ),
    Table(
        "help_desks",
        (
            Column("name", KEY),
            Column("service", NAME),
            optional("email", EMAIL),
            optional("phone", TEXT),
            optional("chat_url", TEXT),
            optional("hours", TEXT),
        ),
        key=("name",),
    ),
)

CALLS = "calls"
LICENSES = "licenses"
USAGE = "license_usage"

TABLES = {table.name: table for table in _TABLES}
"""In the order in which they are loaded: what is referred to comes first."""
