"""How many wrong passwords are too many, and for whom: who guesses is stopped, and nobody can keep the owner of a name out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from app.accounts.tables import failed_logins

WINDOW_SECONDS = 15 * 60
PER_USER_AND_ADDRESS = 5
PER_ADDRESS = 50  # a whole plant may sit behind one address
PER_KNOWN_BROWSER = 10
DAY_SECONDS = 24 * 3600
# From so many wrong passwords for a name within a day on, wherever they come from: so many seconds between two tries of whom nobody knows.
SLOWER = ((100, 300), (20, 30))
_NS = 1_000_000_000
_BROWSER = "browser "  # stands before what a known browser is known by, where an address stands else


class TooManyAttempts(Exception):
    """Not even tried: too many wrong passwords. `seconds` says when the next attempt counts again."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        super().__init__(f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a password comes from. `browser`: what it is known by, where somebody has signed in with this name before; `is_usual`: whether
    they have done so from this network lately."""

    address: str
    browser: str | None = None
    is_usual: bool = False

    @property
    def network(self) -> str:
        return network_of(self.address)


def network_of(address: str) -> str:
    """Whom an address stands for: of IPv6 the /64, which is one customer's."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else str(ip_network((found, 64), strict=False))
    return str(found)


def begin(connection: Connection, name: str, origin: Origin, now_ns: int) -> str:
    """Counts a try before it is made, so that many at once are no way around; what to forget it by when the password is right. Raises
    TooManyAttempts."""
    # What writes first holds the database: nobody else counts meanwhile.
    connection.execute(delete(failed_logins).where(failed_logins.c.failed_ns <= now_ns - DAY_SECONDS * _NS))
    where = _BROWSER + origin.browser if origin.browser else origin.network
    if origin.browser and _count(connection, [failed_logins.c.address == where, failed_logins.c.name == name], now_ns) >= PER_KNOWN_BROWSER:
        where = origin.network  # from here on it is like any other
    if where == origin.network:
        mine = failed_logins.c.address == where
        _check(connection, [mine, failed_logins.c.name == name], PER_USER_AND_ADDRESS, now_ns)
        _check(connection, [mine], PER_ADDRESS, now_ns)
        if not origin.is_usual:
            _check_pace(connection, name, now_ns)
    connection.execute(insert(failed_logins).values(name=name, address=where, failed_ns=now_ns))
    return where


def forget(connection: Connection, name: str, where: str) -> None:
    """What was wrong before a right password does not count any more."""
    connection.execute(delete(failed_logins).where(failed_logins.c.name == name, failed_logins.c.address == where))


def is_usual(addresses: Collection[str], address: str) -> bool:
    """Whether an address is of a network that is among those of `addresses`."""
    return network_of(address) in {network_of(each) for each in addresses}


def _check(connection: Connection, which: list[ColumnElement[bool]], limit: int, now_ns: int) -> None:
    if _count(connection, which, now_ns) >= limit:
        first_ns = connection.execute(select(func.min(failed_logins.c.failed_ns)).where(*which, _lately(now_ns))).scalar_one()
        raise TooManyAttempts((first_ns + WINDOW_SECONDS * _NS - now_ns) // _NS)


def _check_pace(connection: Connection, name: str, now_ns: int) -> None:
    """Whoever guesses one name from many networks is not refused, which would refuse the owner as well, but slowed down."""
    strange = failed_logins.c.address.not_like(f"{_BROWSER}%")
    tries, last_ns = connection.execute(
        select(func.count(), func.max(failed_logins.c.failed_ns)).where(failed_logins.c.name == name, strange)
    ).one()
    pause = next((seconds for least, seconds in SLOWER if tries >= least), 0)
    if tries and now_ns < last_ns + pause * _NS:
        raise TooManyAttempts(max(1, (last_ns + pause * _NS - now_ns) // _NS))


def _count(connection: Connection, which: list[ColumnElement[bool]], now_ns: int) -> int:
    return int(connection.execute(select(func.count()).select_from(failed_logins).where(*which, _lately(now_ns))).scalar_one())


def _lately(now_ns: int) -> ColumnElement[bool]:
    return failed_logins.c.failed_ns > now_ns - WINDOW_SECONDS * _NS
