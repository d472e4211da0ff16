"""What people asked to be told of and how they are reached: kept for each, checked, and told to the audit where it reaches outside."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Engine, delete, insert, select, update

from app import audit
from app.accounts import AccountError
from app.accounts.tables import create_tables
from app.alerts.alert import KINDS, SEVERITIES
from app.recovery.seals import PLAIN, Seal
from app.telling import outward
from app.telling.settings import Telling
from app.telling.subscription import CHANNEL, LISTS, MAIL, WEBHOOK, Subscription, Wanted
from app.telling.tables import contacts, metadata, subscriptions

MOST = 50  # a person
LONGEST_NAME, LONGEST_URL, MOST_NAMES = 80, 1000, 50
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+)")
NO_MAIL = "Nobody can be told by e-mail: the configuration names no mail server (alerts.mail)."


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody is reached. Quiet hours in minutes after midnight of the enterprise's zone; None: none."""

    mail: str | None = None
    webhook: str | None = None
    secret: str | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None


def contact_of(row: Any, seal: Seal) -> Contact:
    """Of a row of the table. The secret is None where no key of the configuration opens it."""
    opened = seal.opened(row.secret.encode()) if row.secret else None
    return Contact(row.mail, row.webhook, opened.decode() if opened else None, row.quiet_from, row.quiet_to)


class Subscriptions:
    """Those of all people. Raises AccountError with a sentence for what cannot be kept."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int], settings: Telling, seal: Seal = PLAIN) -> None:
        create_tables(engine, metadata)
        self.engine, self.now_ns, self.settings, self.seal = engine, now_ns, settings, seal
        self._seal_anew()

    def _seal_anew(self) -> None:
        """Every secret with the newest key, also those of before there was one: an older key may be taken out after the next start."""
        with self.engine.begin() as connection:
            for row in connection.execute(select(contacts).where(contacts.c.secret.isnot(None))).all():
                if secret := contact_of(row, self.seal).secret:
                    mine = update(contacts).where(contacts.c.user == row.user, contacts.c.secret == row.secret)
                    connection.execute(mine.values(secret=self._sealed(secret)))

    def _sealed(self, secret: str | None) -> str | None:
        return self.seal.closed(secret.encode()).decode() if secret else None

    def of(self, user: str) -> list[Subscription]:
        """Those of a person, the oldest first."""
        return self._read(subscriptions.c.user == user)

    def every(self) -> list[Subscription]:
        return self._read()

    def _read(self, *where: Any) -> list[Subscription]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(subscriptions).where(*where).order_by(subscriptions.c.number)).all()
        return [subscription_of(row) for row in rows]

    def add(self, user: str, name: str, wanted: Wanted, ways: Collection[str]) -> Subscription:
        """From now on: what is open already is not told."""
        name, ways = self._checked(name, wanted), self.checked_ways(ways)
        lists = {each: orjson.dumps(getattr(wanted, each)).decode() for each in LISTS}
        row = {"user": user, "name": name, "ways": orjson.dumps(ways).decode(), "made_ns": self.now_ns(), **lists}
        with self.engine.begin() as connection:
            mine = connection.execute(select(subscriptions).where(subscriptions.c.user == user)).all()
            if same := next((each for each in map(subscription_of, mine) if each.wanted == wanted), None):
                raise AccountError(f"You are told of that already: {same.name}.")
            if len(mine) >= MOST:
                raise AccountError(f"You are told of {MOST} things already. Remove one of them first.")
            number = connection.execute(insert(subscriptions).values(**row)).inserted_primary_key
        return Subscription(int(number[0]) if number else 0, user, name, wanted, ways, row["made_ns"])  # type: ignore[arg-type]

    def change_ways(self, user: str, number: int, ways: Collection[str]) -> None:
        """By which ways beside the inbox."""
        mine = (subscriptions.c.user == user, subscriptions.c.number == number)
        with self.engine.begin() as connection:
            connection.execute(update(subscriptions).where(*mine).values(ways=orjson.dumps(self.checked_ways(ways)).decode()))

    def remove(self, user: str, number: int) -> None:
        """Nothing happens where there is none of that number."""
        with self.engine.begin() as connection:
            connection.execute(delete(subscriptions).where(subscriptions.c.user == user, subscriptions.c.number == number))

    def _checked(self, name: str, wanted: Wanted) -> str:
        name = " ".join(name.split())
        if not name or not name.isprintable():
            raise AccountError("It needs a name that can be read.")
        if len(name) > LONGEST_NAME:
            raise AccountError(f"The name has {len(name)} letters; {LONGEST_NAME} are the most.")
        for given, known, what in ((wanted.kinds, KINDS, "kind of alert"), (wanted.severities, SEVERITIES, "severity")):
            if strange := [each for each in given if each not in known]:
                raise AccountError(f"There is no {what} '{strange[0]}'. Known: {', '.join(known)}.")
        if any(len(getattr(wanted, each)) > MOST_NAMES for each in LISTS):
            raise AccountError(f"It can name {MOST_NAMES} of each at most.")
        return name

    def checked_ways(self, ways: Collection[str]) -> tuple[str, ...]:
        """Those that there are, each once."""
        known = (MAIL, WEBHOOK, *(f"{CHANNEL}{name}" for name in self.settings.channels))
        if strange := [way for way in ways if way not in known]:
            raise AccountError(f"There is no way '{strange[0]}' to be told.")
        if MAIL in ways and self.settings.mail is None:
            raise AccountError(NO_MAIL)
        return tuple(dict.fromkeys(ways))

    # ── how people are reached ──────────────────────────────────────────────────────────────────────────────────────
    def contact(self, user: str) -> Contact:
        with self.engine.connect() as connection:
            row = connection.execute(select(contacts).where(contacts.c.user == user)).one_or_none()
        return contact_of(row, self.seal) if row else Contact()

    def every_contact(self) -> dict[str, Contact]:
        """By user."""
        with self.engine.connect() as connection:
            return {row.user: contact_of(row, self.seal) for row in connection.execute(select(contacts))}

    def renew(self, user: str) -> Contact:
        """A new secret for somebody's webhook; the one before signs nothing any more. Raises AccountError where there is no webhook."""
        if not self.contact(user).webhook:
            raise AccountError("There is no webhook that could have a secret.")
        with self.engine.begin() as connection:
            audit.take_turn(connection)
            connection.execute(update(contacts).where(contacts.c.user == user).values(secret=self._sealed(new_secret())))
            audit.append(connection, self.now_ns(), user, "webhook secret renewed", f"user {user}", {}, None)
        return self.contact(user)

    def reach(self, user: str, mail: str, webhook: str, quiet: str) -> Contact:
        """Keeps how somebody is reached. `quiet`: 22:00 to 06:00; empty: no quiet hours. A new webhook has a new secret."""
        before = self.contact(user)
        mail, webhook = mail.strip(), webhook.strip()
        if mail:
            self._check_mail(mail)
        if webhook:
            if len(webhook) > LONGEST_URL:
                raise AccountError("The address of the webhook is too long.")
            try:
                outward.checked(webhook, self.settings.webhooks)
            except outward.NotAllowed as refusal:
                raise AccountError(str(refusal)) from refusal
        since, until = quiet_hours(quiet)
        secret = (before.secret if webhook == before.webhook else new_secret()) if webhook else None
        made = Contact(mail or None, webhook or None, secret, since, until)
        values = {"mail": made.mail, "webhook": made.webhook, "secret": self._sealed(secret), "quiet_from": since, "quiet_to": until}
        with self.engine.begin() as connection:
            audit.take_turn(connection)
            if not connection.execute(update(contacts).where(contacts.c.user == user).values(**values)).rowcount:
                connection.execute(insert(contacts).values(user=user, **values))
            detail = {"mail": mail, "webhook": outward.host_of(webhook) if webhook else ""}
            audit.append(connection, self.now_ns(), user, "reached otherwise", f"user {user}", detail, None)
        return made

    def _check_mail(self, mail: str) -> None:
        if self.settings.mail is None:
            raise AccountError(NO_MAIL)
        found = MAILBOX.fullmatch(mail)
        if not found:
            raise AccountError(f"'{mail[:80]}' is no e-mail address.")
        domains = self.settings.mail.domains
        if domains and found[1].lower() not in {domain.lower() for domain in domains}:
            raise AccountError(f"E-mails go to {', '.join(domains)} only.")


def quiet_hours(said: str) -> tuple[int | None, int | None]:
    """Minutes after midnight of `22:00 to 06:00`. Raises AccountError."""
    if not said.strip():
        return None, None
    found = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*(?:to|until|-|–)\s*(\d{1,2}):(\d\d)\s*", said)
    hours = [int(part) for part in found.groups()] if found else []
    if not found or hours[0] > 23 or hours[2] > 23 or hours[1] > 59 or hours[3] > 59 or hours[:2] == hours[2:]:
        raise AccountError("Quiet hours are said as 22:00 to 06:00.")
    return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]


def new_secret() -> str:
    """As Standard Webhooks writes one."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def subscription_of(row: Any) -> Subscription:
    """Of a row of the table."""
    wanted = Wanted(**{name: tuple(orjson.loads(getattr(row, name))) for name in LISTS})
    return Subscription(row.number, row.user, row.name, wanted, tuple(orjson.loads(row.ways)), row.made_ns)
