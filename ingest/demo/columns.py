"""The type of a table's columns: names with their polars types."""

import polars as pl

Columns = dict[str, pl.DataType | type[pl.DataType]]
TIME = pl.Datetime("us", "UTC")
