"""Makes, publishes and restates reports: the one place that the command, the API, the page and the schedule ask.

A report is a document: it is in English whoever asks for it, or nobody could say of two copies that they are the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from app import audit
from app.figures import times, words
from app.instants import SECOND_NS
from app.reports import definitions, pdf
from app.reports.asked import Asked
from app.reports.content import Content, numbers
from app.reports.forms import FORMS
from app.reports.kept import Change, Draft, Published, Revision
from app.reports.making import Before, content_of
from app.reports.receivers import Receivers
from app.reports.week import Week, last_whole, week_of
from metrics import weekly
from metrics.read import Moment
from metrics.scope import EVERYTHING, Scope
from metrics.texts import ENGLISH, speaking

if TYPE_CHECKING:
    from app.application import Application

SYNCLINE = "syncline"  # who publishes by itself


class Desk:
    """The reports of one application."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.published = Published(application.accounts.engine)
        self.receivers = Receivers(application.accounts.engine)

    @property
    def url(self) -> str | None:
        """Where people reach Syncline."""
        return self._application.settings.telling.url

    def zone_of(self, site: str | None) -> str:
        """By whose clocks the weeks of a report are."""
        told = self._application.settings.definitions
        return next((each.timezone for each in told.sites if each.name == site), told.timezone)

    def newest(self, site: str | None, now_ns: int) -> Week:
        """The newest week that is over."""
        return last_whole(now_ns, self.zone_of(site))

    def content(self, asked: Asked, sees: Scope = EVERYTHING) -> Content:
        """A report as of its moment, limited to what somebody may see. Raises ValueError with a sentence."""
        if asked.site is not None and not sees.has_site(asked.site):
            raise ValueError(f"There is no site '{asked.site}', or you may not see it.")
        before = self._before(asked.week, asked.site) if sees.sees(asked.site) else None
        with speaking(ENGLISH), self._application.reader(asked.moment, sees) as reader:
            return content_of(reader, self._application.settings, asked, before)

    def rendered(self, content: Content, form: str) -> bytes:
        """Its bytes in one of FORMS. Raises pdf.NoTypst."""
        with speaking(ENGLISH):
            return FORMS[form].render(content, self.url)

    # ── published ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def publish(self, week: Week, site: str | None, by: str = SYNCLINE) -> Revision | None:
        """Revision 1 of a week that is over, as of now; None where it is published already. Raises ValueError for a week that is not."""
        now_ns = self._now_ns()
        if self.published.revisions(str(week), site):
            return None
        if week.bounds(self.zone_of(site))[1] > now_ns:
            raise ValueError(f"Week {week} is not over, so its report cannot be published yet.")
        content = self.content(Asked(week, site, Moment(now_ns, now_ns)))
        return self.published.add(self._draft(content, now_ns, now_ns), by, now_ns)

    def restate(self, revision: Revision, by: str = SYNCLINE) -> Revision | None:
        """The next revision of a week, of the same moment with what was told since; None where that changes no number. `revision` is the
        newest one. That definitions are others is no reason by itself, but is told where numbers change."""
        now_ns = self._now_ns()
        moment = Moment(revision.as_of_ns, now_ns)
        # To go back to a past moment costs far more than to look whether anything came late.
        with self._application.reader(Moment(now_ns, now_ns)) as reader:
            late = weekly.told_since(reader, revision.known_ns, revision.as_of_ns, None)
        if not late:
            return None
        with speaking(ENGLISH), self._application.reader(moment) as reader:
            content = content_of(reader, self._application.settings, self._asked(revision, moment), self._compared(revision))
        changed = differences(self.published.content(revision.number), content)
        if not changed:
            return None
        with speaking(ENGLISH):
            reasons = [*self._late_words(late, revision), *self._definition_words(revision, content)]
        return self.published.add(self._draft(content, revision.as_of_ns, now_ns, changed, reasons), by, now_ns)

    def counted_again(self, revision: Revision) -> Content:
        """The report of a revision counted anew from the data, as of its moment and with what had been told by then."""
        moment = Moment(revision.as_of_ns, revision.known_ns)
        with speaking(ENGLISH), self._application.reader(moment) as reader:
            return content_of(reader, self._application.settings, self._asked(revision, moment), self._compared(revision))

    def _now_ns(self) -> int:
        """The present second: addresses with a moment are no longer than they need to be."""
        return self._application.now_ns() // SECOND_NS * SECOND_NS

    def _asked(self, revision: Revision, moment: Moment) -> Asked:
        return Asked(week_of(revision.week), revision.site, moment)

    def _before(self, week: Week, site: str | None) -> Before | None:
        found = self.published.first(week.back(1), site)
        return Before(*found) if found else None

    def _compared(self, revision: Revision) -> Before | None:
        """What the revision was compared with when it was published: what was published for an earlier week only later is not looked at."""
        compared = self.published.content(revision.number).compared
        return self._before(week_of(revision.week), revision.site) if compared else None

    def _draft(self, content: Content, as_of_ns: int, known_ns: int, changed: Iterable[Change] = (), reasons: Iterable[str] = ()) -> Draft:
        content = replace(content, audit=self._anchor())
        forms = [form for form in FORMS if form != "pdf" or pdf.is_possible()]
        with speaking(ENGLISH):
            texts = definitions.texts_of(self._application.settings)
        made = {form: self.rendered(content, form) for form in forms}
        return Draft(content, texts, known_ns, as_of_ns, made, tuple(changed), tuple(reasons))

    def _anchor(self) -> str | None:
        """What the audit stands at: with the report it is where nobody who could change the audit can reach it."""
        with self._application.accounts.engine.connect() as connection:
            head = audit.newest(connection)
        return str(head) if head else None

    def _late_words(self, late: Iterable[weekly.Row], revision: Revision) -> Iterable[str]:
        zone = self.zone_of(revision.site)
        for row in late:
            events = words.count(row["events"], "event")
            where = f" of {words.system_word(row['system'])}" + (f" at {row['site']}" if row["site"] else "")
            span = f"{times.brief(row['first_ns'], zone, revision.as_of_ns)} to {times.brief(row['last_ns'], zone, revision.as_of_ns)}"
            yield f"{events}{where} from {span} came late, from the source {row['source']}."

    def _definition_words(self, revision: Revision, content: Content) -> Iterable[str]:
        if content.fingerprint == revision.fingerprint:
            return
        now, then = definitions.texts_of(self._application.settings), self.published.texts(revision.number)
        names = ", ".join(each.name for each in definitions.changes(then, now))
        yield f"It is counted by other definitions now: {names}."


def differences(before: Content, after: Content) -> list[Change]:
    """Every number that is another one, in the order of the report."""
    was, now = dict(numbers(before)), dict(numbers(after))
    return [Change(place, was.get(place), now.get(place)) for place in dict.fromkeys([*was, *now]) if was.get(place) != now.get(place)]
