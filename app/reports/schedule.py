"""The timetable of reports: published and sent once each week, restated once a day, digests each morning; by one instance of several."""

from __future__ import annotations

import logging
import secrets
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.instants import SECOND_NS
from app.lease import Lease
from app.several.part import acts

if TYPE_CHECKING:
    from app.application import Application
    from app.reports.week import Week

EVERY_SECONDS = 60
LEASE_SECONDS = 300  # of who ended without a word
RESTATED_WEEKS = 4  # what comes later than that makes no revision by itself

log = logging.getLogger("syncline.reports")


class Timetable:
    """Looks each minute what is due. What is due is told by what was published and sent, so a restart forgets nothing, and what was missed
    meanwhile is done once."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lease = Lease(application.accounts.engine, "reports", secrets.token_hex(8), LEASE_SECONDS)
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        self._scheduler.add_job(self._look, "interval", seconds=EVERY_SECONDS, id="reports", name="look what reports are due")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown()
        self._lease.give_back()

    def _look(self) -> None:
        try:
            if _is_ready(self._application) and self._lease.take(self._application.now_ns()):
                tick(self._application)
        except Exception:  # a store that is being rebuilt, a disk that is full: told, and tried again
            log.exception("reports cannot be published or sent at the moment")


def _is_ready(application: Application) -> bool:
    """Not before everything that was there to be read has been: a report would say less than is known."""
    has_loaded = application.loader is None or application.loader.has_run
    has_read = all(state.read_ns or state.tries for state in application.source_states().values())
    return acts(application) and has_loaded and has_read and not application.is_rebuilding


def tick(application: Application) -> None:
    """Does what is due now."""
    sites = [None, *(site.name for site in application.settings.definitions.sites)]
    for site in sites:
        _publish(application, site)
        _restate(application, site)
    _digests(application)


def _publish(application: Application, site: str | None) -> None:
    """The newest week that is due. Before anything was told, and after nothing was published yet, there is nothing to report."""
    from app.reports import sending
    from app.telling.teller import people_of

    reports, now_ns = application.reports, application.now_ns()
    week = due_week(application, site, now_ns)
    if week is None:
        return
    revisions = reports.published.revisions(str(week), site)
    if not revisions:
        if not reports.published.has_any() and not _was_told(application, week.bounds(reports.zone_of(site))[1]):
            return
        revision = reports.publish(week, site)
        if revision is None:
            return
        log.info("The report %s is published.", revision.called)
        revisions = [revision]
    # Who ended between publishing and sending has not sent it: what was asked for already is not asked for again.
    if once(application, f"sent {revisions[0].number}", dry=True):
        sending.ask_weekly(application, revisions[0], people_of(application))
        once(application, f"sent {revisions[0].number}")


def due_week(application: Application, site: str | None, now_ns: int) -> Week | None:
    """The newest week whose report is due; None where reports are published by hand only."""
    publish = application.settings.reporting.publish
    if publish is None:
        return None
    zone = application.reports.zone_of(site)
    week = application.reports.newest(site, now_ns)
    due = _at(week.back(-1).monday + timedelta(days=publish.day or 0), publish.minute, zone)
    return week if due <= now_ns else week.back(1)


def _was_told(application: Application, until_ns: int) -> bool:
    """Whether anything happened before that moment, as far as is known."""
    from metrics import weekly

    with application.read_now() as reader:
        return weekly.began_before(reader, until_ns)


def _restate(application: Application, site: str | None) -> None:
    """Once a day, at the hour of publishing: weeks whose numbers are others because data came late."""
    from app.reports import sending
    from app.telling.teller import people_of

    reports, publish, now_ns = application.reports, application.settings.reporting.publish, application.now_ns()
    if publish is None:
        return
    zone = reports.zone_of(site)
    today = _today(now_ns, zone)
    name = f"restated {today} {site or ''}"[:80]
    if now_ns < _at(today, publish.minute, zone) or not once(application, name, dry=True):
        return
    newest = reports.newest(site, now_ns)
    for back in range(RESTATED_WEEKS):
        revisions = reports.published.revisions(str(newest.back(back)), site)
        if revisions and (revision := reports.restate(revisions[-1])):
            log.info("The report %s is published: %s", revision.called, " ".join(revision.reasons))
            sending.ask_weekly(application, revision, people_of(application))
    once(application, name)


def _digests(application: Application) -> None:
    """Of this morning, once for each who gets one; not for who asked for it only after."""
    from app.reports import sending
    from app.reports.receivers import DIGEST
    from app.telling.teller import people_of

    at, now_ns = application.settings.reporting.digest, application.now_ns()
    if at is None:
        return
    for receiver in application.reports.receivers.every(DIGEST):
        zone = application.reports.zone_of(receiver.site)
        today = _today(now_ns, zone)
        due_ns = _at(today, at.minute, zone)
        if receiver.made_ns < due_ns <= now_ns and once(application, f"digest {today} {receiver.number}", dry=True):
            sending.ask_digest(application, receiver, str(today), people_of(application))
            once(application, f"digest {today} {receiver.number}")


def once(application: Application, name: str, *, dry: bool = False) -> bool:
    """Whether this was not done yet; it is from now on, unless `dry` only asks."""
    from app.reports.tables import runs

    engine = application.reports.published.engine
    if dry:
        with engine.connect() as connection:
            return connection.execute(select(runs.c.name).where(runs.c.name == name)).one_or_none() is None
    try:
        with engine.begin() as connection:
            connection.execute(insert(runs).values(name=name, ran_ns=application.now_ns()))
    except IntegrityError:
        return False
    return True


def _today(now_ns: int, zone: str) -> date:
    return datetime.fromtimestamp(now_ns // SECOND_NS, ZoneInfo(zone)).date()


def _at(day: date, minute: int, zone: str) -> int:
    """When clocks there show this, in ns; what they skip is as if they had not yet."""
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
    return int(local.timestamp()) * SECOND_NS
