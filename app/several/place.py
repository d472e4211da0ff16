"""The lake of a configuration."""

from __future__ import annotations

from contextlib import closing, suppress

from app.storage.settings import Bucket, Storage
from app.trouble import Unreachable
from sql.lake import Lake, LakeUnavailable, NoLake, Place

NOT_OPTIONS = ("application_name", "connect_timeout")  # ours say how long is waited


def lake_of(storage: Storage) -> Lake:
    """Not connected yet."""
    return Lake(place_of(storage))


def check(storage: Storage) -> None:
    """Raises Unreachable where there is no lake yet. One that is away for the moment is waited for."""
    with closing(lake_of(storage)) as lake, suppress(LakeUnavailable):
        try:
            lake.id()
        except NoLake as error:
            raise Unreachable(f"{error}. `syncline storage init` makes it.") from error


def place_of(storage: Storage) -> Place:
    """Where it is, as DuckDB is told."""
    url = storage.catalog
    if url is None or storage.data is None:
        raise ValueError("a configuration without a lake")
    return Place(
        host=url.host or "localhost",
        port=url.port or 5432,
        database=url.database or "",
        user=url.username or "",
        password=str(url.password or ""),
        data=storage.data if storage.data.startswith("s3://") else f"{storage.data}/",
        options=" ".join(
            f"{name}='{_escaped(value)}'" for name, value in url.query.items() if isinstance(value, str) and name not in NOT_OPTIONS
        ),
        bucket_keys=_keys(storage.s3 or Bucket()) if storage.data.startswith("s3://") else None,
    )


def _keys(bucket: Bucket) -> dict[str, str | bool]:
    return {
        "endpoint": bucket.endpoint or "",
        "region": bucket.region,
        "key_id": bucket.key_id,
        "secret": bucket.secret,
        "use_ssl": bucket.use_ssl,
        "url_style": bucket.url_style,
    }


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
