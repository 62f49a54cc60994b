"""Gives subscriptions and partner admins the text that a search looks in, folded as customers' and resources' is.

The text is folded here and not by SQL, whose rules depend on the server's locale.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.fields import CTextField
from models.search import search_text

PARTS = {"subscriptions": ["external_id"], "partner_admins": ["display_name", "email"]}
ROWS_AT_ONCE = 10_000


async def fill(_apps: Any, editor: Any) -> None:
    for table, parts in PARTS.items():
        columns = ", ".join(parts)
        after = 0
        while rows := await editor.client.execute_query_dict(
            f"SELECT partner_id, id, {columns} FROM {table} WHERE id > $1 ORDER BY id LIMIT {ROWS_AT_ONCE}", [after]
        ):
            after = rows[-1]["id"]
            await editor.client.execute_query(
                f"UPDATE {table} t SET search_text = filled.text"
                " FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS filled(partner_id, id, text)"
                " WHERE t.partner_id = filled.partner_id AND t.id = filled.id",
                [
                    [row["partner_id"] for row in rows],
                    [row["id"] for row in rows],
                    [search_text(*(row[part] for part in parts)) for row in rows],
                ],
            )


class Migration(migrations.Migration):
    dependencies = [("models", "0002_keys_and_checks")]
    initial = False

    operations = [
        ops.AddField("PartnerAdmin", "search_text", CTextField(null=True)),
        ops.AddField("Subscription", "search_text", CTextField(null=True)),
        ops.RunPython(fill),
        ops.AlterField("PartnerAdmin", "search_text", CTextField()),
        ops.AlterField("Subscription", "search_text", CTextField()),
    ]
