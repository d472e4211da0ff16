"""What was published: kept with its definitions, its data watermark and its files; restated when data came late, signed by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Engine, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from app import audit
from app.accounts import AccountError
from app.accounts.tables import create_tables
from app.reports.content import Content, hash_of, read, written
from app.reports.definitions import Texts
from app.reports.tables import files, metadata, published, signatures
from app.reports.week import Week
from metrics.scope import Scope

LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class Change:
    """A number that a revision says otherwise than the one before; None: it was not there."""

    place: str
    before: float | int | None
    after: float | int | None


@dataclass(frozen=True, slots=True)
class Signature:
    user: str
    signed_ns: int
    comment: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One published report. `site` None: of all sites. `changes` and `reasons` say how it differs from the revision before, and why."""

    number: int
    week: str
    site: str | None
    revision: int
    as_of_ns: int
    known_ns: int
    published_ns: int
    published_by: str
    fingerprint: str
    hash: str
    changes: tuple[Change, ...]
    reasons: tuple[str, ...]

    @property
    def called(self) -> str:
        """2026-W13, Hamburg, revision 2: as the audit names it."""
        return f"{self.week}{f' {self.site}' if self.site else ''} revision {self.revision}"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be published."""

    content: Content
    texts: Texts
    known_ns: int
    as_of_ns: int
    files: dict[str, bytes]
    changes: Sequence[Change] = ()
    reasons: Sequence[str] = ()


class Published:
    """Every report that was published. Nothing of one is ever changed."""

    def __init__(self, engine: Engine) -> None:
        create_tables(engine, metadata)
        self.engine = engine

    def add(self, draft: Draft, by: str, now_ns: int) -> Revision | None:
        """The next revision, with its files and an entry in the audit; None where somebody else was faster."""
        content, revisions = draft.content, self.revisions(draft.content.week, draft.content.site)
        row = {
            "week": content.week,
            "site": content.site or "",
            "revision": len(revisions) + 1,
            "as_of_ns": draft.as_of_ns,
            "known_ns": draft.known_ns,
            "published_ns": now_ns,
            "published_by": by,
            "fingerprint": content.fingerprint,
            "definitions": orjson.dumps(draft.texts, option=orjson.OPT_SORT_KEYS).decode(),
            "content": written(content),
            "hash": hash_of(content),
            "changes": orjson.dumps([[each.place, each.before, each.after] for each in draft.changes]).decode(),
            "reasons": orjson.dumps(list(draft.reasons)).decode(),
        }
        try:
            with self.engine.begin() as connection:
                audit.take_turn(connection)
                made = connection.execute(insert(published).values(**row)).inserted_primary_key
                assert made is not None
                number = int(made[0])
                for form, data in draft.files.items():
                    values = {"report": number, "form": form, "bytes": data, "hash": sha256(data).hexdigest()}
                    connection.execute(insert(files).values(**values))
                action = "published a report" if row["revision"] == 1 else "restated a report"
                detail = {"hash": row["hash"], "definitions": content.fingerprint, "changed": len(draft.changes)}
                subject = f"report {content.week}{f' {content.site}' if content.site else ''} revision {row['revision']}"
                audit.append(connection, now_ns, by, action, subject, detail, "; ".join(draft.reasons) or None)
        except IntegrityError:
            return None
        return self.one(number)

    def one(self, number: int) -> Revision | None:
        with self.engine.connect() as connection:
            row = connection.execute(select(*LISTED).where(published.c.number == number)).one_or_none()
        return _revision(row) if row else None

    def revisions(self, week: str, site: str | None) -> list[Revision]:
        """Those of a week, the first one first."""
        asked = (published.c.week == week, published.c.site == (site or ""))
        with self.engine.connect() as connection:
            rows = connection.execute(select(*LISTED).where(*asked).order_by(published.c.revision)).all()
        return [_revision(row) for row in rows]

    def listed(self, sees: Scope, most: int = 200) -> list[Revision]:
        """What somebody may see, the newest week first. Each counts every workflow and supplier, so who sees some of these sees none."""
        order = (published.c.week.desc(), published.c.site, published.c.revision.desc())
        if sees.is_narrow:
            return []
        seen = () if sees.sites is None else (published.c.site.in_(sees.sites), published.c.site != "")
        with self.engine.connect() as connection:
            rows = connection.execute(select(*LISTED).where(*seen).order_by(*order).limit(most)).all()
        return [_revision(row) for row in rows]

    def first(self, week: Week, site: str | None) -> tuple[Content, Texts] | None:
        """What a week's report said as it was first published, and its definitions."""
        asked = (published.c.week == str(week), published.c.site == (site or ""), published.c.revision == 1)
        with self.engine.connect() as connection:
            row = connection.execute(select(published.c.content, published.c.definitions).where(*asked)).one_or_none()
        return (read(row.content), orjson.loads(row.definitions)) if row else None

    def content(self, number: int) -> Content:
        with self.engine.connect() as connection:
            return read(connection.execute(select(published.c.content).where(published.c.number == number)).scalar_one())

    def texts(self, number: int) -> Texts:
        """The definitions it was counted by."""
        with self.engine.connect() as connection:
            found = connection.execute(select(published.c.definitions).where(published.c.number == number)).scalar_one()
            texts: Texts = orjson.loads(found)
            return texts

    def file(self, number: int, form: str) -> bytes | None:
        """The bytes as they were published; None where there was no such form then."""
        with self.engine.connect() as connection:
            asked = (files.c.report == number, files.c.form == form)
            return connection.execute(select(files.c.bytes).where(*asked)).scalar_one_or_none()

    def has_any(self) -> bool:
        with self.engine.connect() as connection:
            return bool(connection.execute(select(func.count()).select_from(published)).scalar_one())

    # ── signed off ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def sign(self, revision: Revision, user: str, comment: str, now_ns: int) -> None:
        """Raises AccountError with a sentence for what cannot be signed."""
        comment = comment.strip()
        if not comment:
            raise AccountError("Say in a comment what you sign.")
        if len(comment) > LONGEST_COMMENT:
            raise AccountError(f"The comment has {len(comment)} letters; {LONGEST_COMMENT} are the most.")
        row = {"report": revision.number, "user": user, "signed_ns": now_ns, "comment": comment}
        try:
            with self.engine.begin() as connection:
                audit.take_turn(connection)
                connection.execute(insert(signatures).values(**row))
                detail = {"hash": revision.hash}
                audit.append(connection, now_ns, user, "signed a report", f"report {revision.called}", detail, comment)
        except IntegrityError:
            raise AccountError("You have signed this revision already.") from None

    def signed(self, number: int) -> list[Signature]:
        """The first one first."""
        asked = select(signatures).where(signatures.c.report == number).order_by(signatures.c.signed_ns)
        with self.engine.connect() as connection:
            return [Signature(row.user, row.signed_ns, row.comment) for row in connection.execute(asked)]


HEAVY = ("content", "definitions")
LISTED = [column for column in published.c if column.name not in HEAVY]


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        number=row.number,
        week=row.week,
        site=row.site or None,
        revision=row.revision,
        as_of_ns=row.as_of_ns,
        known_ns=row.known_ns,
        published_ns=row.published_ns,
        published_by=row.published_by,
        fingerprint=row.fingerprint,
        hash=row.hash,
        changes=tuple(Change(*each) for each in orjson.loads(row.changes)),
        reasons=tuple(orjson.loads(row.reasons)),
    )
