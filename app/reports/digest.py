"""The digest of a morning: what is out of sync, and what is at risk today, as far as its reader may see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.components import links
from app.components.tiles import name_of
from app.configuration.model import Settings
from app.figures import times, words
from app.figures.rows import rows_of
from app.instants import SECOND_NS
from app.reports.promised import WHY
from app.telling.message import Line, Message
from metrics import impact
from metrics.impact import Group
from metrics.read import Reader
from metrics.trouble import Silent, silent_feeds

MOST_GROUPS, MOST_ORDERS = 8, 10
KINDS = {"failed": "failed", "missing": "did not come", "violation": "contradict each other"}


@dataclass(frozen=True, slots=True)
class Digest:
    """What it says; `is_quiet` where there is nothing to say but that."""

    day: str
    groups: tuple[tuple[str, str], ...]  # words, address below the prefix
    orders: tuple[tuple[str, str], ...]
    more_groups: int
    more_orders: int

    @property
    def is_quiet(self) -> bool:
        return not self.groups and not self.orders


def digest_of(reader: Reader, settings: Settings, site: str | None, settled: Mapping[str, int]) -> Digest:
    """As of the reader's moment; today ends at midnight by the clocks of the site, else of the enterprise."""
    now_ns = reader.moment.as_of_ns
    zone = dict(reader.sites()).get(site or "", reader.timezone())
    groups = rows_of(reader.attention(limit=1000, site=site, settled=settled))
    listed = [row for row in groups if row["transactions"]]
    feeds = [] if site else [(words.sentence(_feed_words(each, zone, now_ns)), "sources") for each in silent_feeds(reader)]
    until_ns = _midnight_ns(now_ns, zone)
    found = rows_of(impact.at_risk(reader, Group(site=site), needed=(None, until_ns), rows=(0, MOST_ORDERS)))
    many = int(found[0]["orders"]) if found else 0
    steps = {(w.name, m.name): (m.event, m.system) for w in settings.definitions.workflows for m in w.milestones}
    return Digest(
        day=times.day(now_ns, zone),
        groups=(*feeds, *_groups(listed[:MOST_GROUPS], steps)),
        orders=tuple(_orders(found, zone, now_ns)),
        more_groups=max(len(listed) - MOST_GROUPS, 0),
        more_orders=many - len(found),
    )


def message_of(digest: Digest, site: str | None, ident: str, url: str | None, foot: str) -> Message:
    """As a mail: the figures in its text, each with what it opens."""

    def line(said: tuple[str, str]) -> Line:
        return Line(said[0], f"{url}{said[1]}" if url else None)

    groups = [line(each) for each in digest.groups] or [Line("Nothing: everything is in step.")]
    orders = [line(each) for each in digest.orders] or [Line("No open order that is needed by tonight is held up.")]
    groups += [line((f"and {words.count(digest.more_groups, 'other group')}", "failures"))] if digest.more_groups else []
    orders += [line((f"and {words.count(digest.more_orders, 'other order')}", "at-risk"))] if digest.more_orders else []
    where = f", {name_of(site)}" if site else ""
    many = len(digest.groups) + digest.more_groups
    told = "everything is in step" if digest.is_quiet else f"{words.count(many, 'group')} out of sync, {_risk_words(digest)}"
    blocks = [("What is out of sync", groups), ("At risk today", orders)]
    return Message(ident, None, f"This morning, {digest.day}{where}: {told}", blocks, [Line(foot)], {"type": "digest"})


def _risk_words(digest: Digest) -> str:
    return f"{words.count(len(digest.orders) + digest.more_orders, 'order')} at risk today"


def _groups(rows: list[dict[str, Any]], steps: Mapping[tuple[str, str], tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        step = steps.get((row["workflow"], row["milestone"])) if row["workflow"] else None
        said = words.step_words(*step) if step else str(row["title"])
        where = f", {name_of(row['site'])}" if row["site"] else ""
        why = f": {WHY.get(row['error_class'], row['error_class'])}" if row["error_class"] else ""
        about = {"kind": row["kind"], "workflow": row["workflow"], "milestone": row["milestone"], "error_class": row["error_class"]}
        address = links.to("failure", **about, site=row["site"]).removeprefix(links.prefix())
        yield f"{row['transactions']:,} {KINDS.get(row['kind'], row['kind'])}: {said}{why}{where}", address


def _orders(rows: list[dict[str, Any]], zone: str, now_ns: int) -> Iterator[tuple[str, str]]:
    for row in rows:
        customer = f" for {row['customer']}" if row["customer"] else ""
        value = f", {row['value']:,.0f} {row['currency'] or ''}".rstrip() if row["value"] is not None else ""
        hold = row["holds"][0]
        past = "was needed" if row["need_ns"] < now_ns else "is needed"
        need = times.brief(int(row["need_ns"]), zone, now_ns)
        order = f"{words.sentence(words.type_words(row['object_type']))} {row['object_id']}"
        said = f"{order}{customer} {past} {need}{value}: {hold['title']} {hold['kind']}"
        yield said, links.with_object(row["object_type"], str(row["object_id"])).removeprefix(links.prefix())


def _feed_words(feed: Silent, zone: str, now_ns: int) -> str:
    where = f" at {name_of(feed.site)}" if feed.site else ""
    since = "" if feed.known_until_ns is None else f" since {times.brief(feed.known_until_ns, zone, now_ns)}"
    return f"nothing came from {words.system_word(feed.system)}{where}{since}"


def _midnight_ns(ns: int, zone: str) -> int:
    tomorrow = datetime.fromtimestamp(ns // SECOND_NS, ZoneInfo(zone)).date() + timedelta(days=1)
    return int(datetime.combine(tomorrow, time(), ZoneInfo(zone)).timestamp()) * SECOND_NS
