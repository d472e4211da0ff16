"""A data frame as plain dictionaries: absent is None, whatever pandas made of it."""

from __future__ import annotations

from typing import Any

import pandas as pd


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One dictionary a row; NaN, NaT and NA become None, and instants are whole numbers again."""
    columns = {str(name): _values(str(name), frame[name]) for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(name: str, column: pd.Series) -> list[Any]:
    values = column.tolist()
    has_gaps = pd.api.types.is_extension_array_dtype(column.dtype) or column.dtype.kind not in "biu"
    return [_plain(name, value) for value in values] if has_gaps else values


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, list | tuple) or hasattr(value, "tolist"):
        return list(value)
    if pd.isna(value):
        return None
    # An integer column with gaps may come as floats: nanoseconds lose their last digits there, never their milliseconds.
    return int(value) if name.endswith("_ns") else value
