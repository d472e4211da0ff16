"""Reports and digests as mail: who gets which one, with the rights they have when it is sent; the outbox of alerts sends them."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, insert
from sqlalchemy.exc import IntegrityError

from app.accounts import User
from app.reports import charts, digest, pdf
from app.reports.content import Content
from app.reports.kept import Revision
from app.reports.receivers import DIGEST, ROLE, WEEKLY, Receiver
from app.reports.view import RIGHT, View, view_of
from app.telling import outbox
from app.telling.message import Attached, Line, Message
from app.telling.outbox import People
from app.telling.subscription import MAIL
from app.telling.tables import messages
from metrics.read import Moment
from metrics.scope import Scope

if TYPE_CHECKING:
    from app.application import Application

PDF = "application/pdf"
CHART = "trend"
WIDTH = 560  # of the chart, in points: what mail programs show whole


def ask_weekly(application: Application, revision: Revision, people: People) -> int:
    """Makes the mails of a published report that are not made yet; how many. Nothing is sent to who has no address."""
    users = application.accounts.list_users()
    asked = application.reports.receivers.every(WEEKLY)
    named = {user.name: user for each in asked for user in each.names(users) if wants(each, user, revision.site)}
    return sum(_ask(application, user.name, f"report {revision.number}", people) for user in named.values())


def ask_digest(application: Application, receiver: Receiver, day: str, people: People) -> int:
    """The same of the digest of a day; for whom may not see its site there is none."""
    users = receiver.names(application.accounts.list_users())
    wanted = [user for user in users if receiver.site is None or user.sees.has_site(receiver.site)]
    return sum(_ask(application, user.name, f"digest {day} {receiver.number}", people) for user in wanted)


def attempt(application: Application, user: str, number: int, people: People) -> None:
    """Sends one report to somebody who wants to see how it arrives."""
    _ask(application, user, f"report {number} try {application.now_ns()}", people)


def _ask(application: Application, user: str, event: str, people: People) -> int:
    """0 where it is made already, or there is no address."""
    contact = people.contacts.get(user)
    if contact is None or not contact.mail or user not in people.sees:
        return 0
    # What waits for the end of quiet hours goes by itself: it is no alert that could be told together with others.
    row = outbox.row_of(user, MAIL, 0, event, people, application.now_ns()) | {"is_held": False}
    try:
        with application.accounts.engine.begin() as connection:
            connection.execute(insert(messages).values(**row))
    except IntegrityError:
        return 0
    if application.teller:
        application.teller.wake()
    return 1


def wants(receiver: Receiver, user: User, site: str | None) -> bool:
    """Of what somebody asked for, the report of all sites where they may see all, else those of the sites they may see."""
    if receiver.site is not None:
        return receiver.site == site and user.sees.sees(site)
    return site is None if user.sees.is_all else site is not None and user.sees.sees(site)


# -- what a mail says --------------------------------------------------------------------------------------------------


def message_of(application: Application, row: Row[Any], people: People) -> Message | None:
    """With the rights of now; None where it may not be seen any more."""
    if row.user not in people.sees:
        return None
    kind, what, *rest = row.event.split(" ")
    sees = people.sees[row.user]
    if kind == DIGEST:
        return _digest(application, row, what, int(rest[0]), sees)
    revision = application.reports.published.one(int(what))
    if revision is None or not sees.sees(revision.site):
        return None
    return weekly(application, revision, f"report-{revision.number}{f'-{rest[-1]}' if rest else ''}")


def weekly(application: Application, revision: Revision, ident: str) -> Message:
    """All as it was published."""
    published = application.reports.published
    return mail_of(published.content(revision.number), revision, published.file(revision.number, "pdf"), application.reports.url, ident)


def mail_of(content: Content, revision: Revision | None, data: bytes | None, url: str | None, ident: str) -> Message:
    """The key figures in the text, the chart in the page, the PDF `data` beside it. `revision` None: as if it were published now."""
    view, number = view_of(content), revision.revision if revision else 1
    attached = list(_chart(view)) + ([Attached(f"{content.file}.pdf", PDF, data)] if data else [])
    restated = f", revision {number}" if number > 1 else ""
    subject = f"Week {content.week[6:].lstrip('0')}, {content.place}{restated}: {view.verdict}"
    address = f"reports?week={content.week}{f'&site={content.site}' if content.site else ''}&revision={number}"
    return Message(
        ident=ident,
        thread=None,
        subject=" ".join(subject.split())[:160],
        blocks=list(_blocks(view, revision, url, address)),
        foot=[Line("You get this because you, or an administrator for your role, asked for it."), *_where(url)],
        data={"type": "report", "week": content.week, "site": content.site, "revision": number},
        drawn=page(content, revision, url, address, has_chart=any(each.cid for each in attached)),
        attached=attached,
    )


def _chart(view: View) -> Iterator[Attached]:
    if view.chart is not None and pdf.is_possible():
        yield Attached("trend.png", "image/png", pdf.picture(charts.trend(view.chart, WIDTH, 180), WIDTH), CHART)


def _where(url: str | None) -> list[Line]:
    return [Line("What you get", f"{url}reports#by-mail")] if url else []


def _blocks(view: View, revision: Revision | None, url: str | None, address: str) -> Iterator[tuple[str, list[Line]]]:
    """The text opens the report alone: each number with an address behind it could not be read. In the page each has its own."""
    yield view.verdict, [Line(view.because), Line(view.subtitle), Line("The report", f"{url}{address}" if url else None)]
    if revision and revision.reasons:
        yield f"{len(revision.changes):,} numbers are others than in revision {revision.revision - 1}", list(map(Line, revision.reasons))
    yield "Key figures", [Line(f"{each.label}: {each.value.text}{f' ({each.note})' if each.note else ''}") for each in view.kpis]
    promises = view.tables[0]
    lines = (f"{row[0].text}: {row[2].text} against {row[1].text}, {row[3].text} observed. {row[-1].text}" for row in promises.rows)
    yield promises.title, list(map(Line, lines))


def page(content: Content, revision: Revision | None, url: str | None, address: str, *, has_chart: bool) -> str:
    """HTML that old mail programs show as well: tables, and the style on what it is about. The chart is an image of the mail."""
    view = view_of(content)
    colour = {"missed": "#b3123f", "kept": "#1b8a7a"}.get(view.state, "#8a94a3")
    said = (
        f'<p style="font-size:18px;font-weight:600;margin:0 0 4px">{escape(view.verdict)}</p><p style="margin:0">{escape(view.because)}</p>'
    )
    parts = [
        f'<p style="color:#566272;margin:0 0 12px">{escape(view.title)}. {escape(view.subtitle)}</p>',
        f'<div style="border-left:4px solid {colour};background:#f7f8fa;padding:12px 16px">{said}</div>',
        _kpi_table(view),
        f'<p style="font-weight:600;margin:16px 0 4px">{escape(_chart_title(view))}</p>' if has_chart else "",
        f'<img src="cid:{CHART}" width="{WIDTH}" alt="{escape(_chart_title(view))}" style="max-width:100%;height:auto">'
        if has_chart
        else "",
        _promise_table(view, url),
    ]
    if revision and revision.reasons:
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in revision.reasons)
        parts.insert(2, f"<p>{len(revision.changes):,} numbers are others than in revision {revision.revision - 1}:</p><ul>{reasons}</ul>")
    if url:
        parts.append(f'<p><a href="{escape(url + address)}" style="color:#1f4e79">The whole report, with what each number counts</a></p>')
    parts.append('<p style="color:#566272;font-size:12px">You get this because you, or an administrator for your role, asked for it.</p>')
    style = "margin:0;padding:24px 16px;background:#ffffff;color:#17202b;font:14px/1.45 Inter,Segoe UI,Helvetica,Arial,sans-serif"
    body = f'<div style="max-width:680px;margin:0 auto">{"".join(parts)}</div>'
    head = f'<head><meta charset="utf-8"><title>{escape(view.title)}</title></head>'
    return f'<!DOCTYPE html><html lang="en">{head}<body style="{style}">{body}</body></html>'


def _chart_title(view: View) -> str:
    return f"{view.chart.title}, last {len(view.chart.trend)} weeks" if view.chart else ""


def _kpi_table(view: View) -> str:
    cell = '<td style="border:1px solid #d5dbe2;padding:10px 12px;vertical-align:top">'
    cells = (
        f'{cell}<div style="color:#566272;font-size:12px">{escape(each.label)}</div>'
        f'<div style="font-size:20px;font-weight:600">{escape(each.value.text)}</div>'
        f'<div style="color:#566272;font-size:12px">{escape(each.note)}</div></td>'
        for each in view.kpis
    )
    return f'<table role="presentation" style="border-collapse:collapse;width:100%;margin:16px 0"><tr>{"".join(cells)}</tr></table>'


def _promise_table(view: View, url: str | None) -> str:
    table = view.tables[0]
    places = (0, 1, 2, 3, len(table.heads) - 1)
    line = "padding:6px 8px;border-bottom:1px solid #e2e6eb;text-align:"
    heads = "".join(
        f'<th style="{line}{table.heads[place][1]};color:#566272;font-weight:500">{escape(table.heads[place][0])}</th>' for place in places
    )
    rows = (f"<tr>{''.join(_mail_cell(row[place], table.heads[place][1], line, url) for place in places)}</tr>" for row in table.rows)
    style = "border-collapse:collapse;width:100%;margin:16px 0"
    return f'<table style="{style}"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


LOOKS = {"bad": "color:#b3123f;font-weight:600", "good": "color:#0b5a4f", "muted": "color:#566272", "strong": "font-weight:600"}


def _mail_cell(cell: Any, side: str, line: str, url: str | None) -> str:
    look = LOOKS.get(cell.kind, "")
    text = escape(cell.text)
    if cell.link and url:
        text = f'<a href="{escape(url + cell.link)}" style="{look or "color:#1f4e79"}">{text}</a>'
    whole = "white-space:nowrap;" if side == RIGHT or cell.kind in ("bad", "good") else ""
    return f'<td style="{line}{side};{whole}{look}">{text}</td>'


def _digest(application: Application, row: Row[Any], day: str, number: int, sees: Scope) -> Message | None:
    receiver = next((each for each in application.reports.receivers.every(DIGEST) if each.number == number), None)
    if receiver is None or (receiver.site is not None and not sees.has_site(receiver.site)):
        return None
    settled = {case: each.ended_ns for case, each in application.settled().items()}
    now_ns = application.now_ns()
    with application.reader(Moment(now_ns, now_ns), sees) as reader:
        found = digest.digest_of(reader, application.settings, receiver.site, settled)
    role = receiver.who.removeprefix(ROLE) if receiver.who.startswith(ROLE) else None
    why = f"everybody with the role {role} gets it." if role else "you asked for it."
    return digest.message_of(
        found, receiver.site, f"digest-{day}-{number}-{row.number}", application.reports.url, f"You get this because {why}"
    )
