"""The ids that keys stand for, fetched from the database into polars frames."""

import io

import asyncpg
import polars as pl

from ingest.spec import Lookup

ID = "_id"


async def fetch_lookup(
    connection: asyncpg.Connection, lookup: Lookup, partner_id: int, keys: int
) -> pl.DataFrame:
    """The lookup's key columns, named "0", "1" …, and ID."""
    data = io.BytesIO()

    async def receive(block: bytes) -> None:
        data.write(block)

    await connection.copy_from_query(lookup.query, partner_id, output=receive, format="csv")
    schema = {str(number): pl.String for number in range(keys)} | {ID: pl.Int64}
    if not data.tell():
        return pl.DataFrame(schema=schema)
    data.seek(0)
    return pl.read_csv(data, has_header=False, schema=schema)
