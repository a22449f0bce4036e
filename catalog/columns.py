"""Reads many rows from PostgreSQL by COPY, straight into arrays."""

import io
from collections.abc import Mapping

import numpy as np
from django.db import connection

from web.arrays import Arrays

HEADER_BYTES = 19
TRAILER_BYTES = 2


def copy_columns(query: str, columns: Mapping[str, str]) -> Arrays:
    """The result of a query as arrays. `columns` are numpy's types of the columns as PostgreSQL
    sends them: big-endian and of fixed length; none is nullable.

    Rows of PostgreSQL's binary format (a field count, then length and value of each field) then all
    have the same length, so the output maps directly to a structured array:
    https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT
    """
    raw = copy(f"COPY ({query}) TO STDOUT (FORMAT binary)").getbuffer()
    fields = [field for n, form in columns.items() for field in ((f"{n}_bytes", ">i4"), (n, form))]
    record = np.dtype([("count", ">i2"), *fields])
    rows = np.frombuffer(raw[HEADER_BYTES : len(raw) - TRAILER_BYTES], record)
    return {name: rows[name].astype(rows[name].dtype.newbyteorder("=")) for name in columns}


def copy(statement: str) -> io.BytesIO:
    """The output of a COPY … TO STDOUT; raise django.db.Error."""
    target = io.BytesIO()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, target)
    target.seek(0)
    return target
