"""Reports over the API: the report of a week as of any moment, what was published, and each of its files as it was."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.api_callers import Denied, application, caller_of_request
from app.instants import instant_ns, instant_text
from app.reports.asked import Asked
from app.reports.content import Content
from app.reports.forms import FORMS
from app.reports.kept import Revision
from app.reports.week import week_of
from metrics.keys import unknown
from metrics.read import Moment


def add_to(api: Blueprint) -> None:
    """The addresses below /api/v1/report and /api/v1/reports."""
    api.add_url_rule("/api/v1/report", "report", report, methods=["GET"])
    api.add_url_rule("/api/v1/reports", "reports", listed, methods=["GET"])
    api.add_url_rule("/api/v1/reports/<week>/<revision>", "published_report", published, methods=["GET"])


def report() -> ResponseReturnValue:
    """Of the week, site and moment in the address, as far as the caller may see it."""
    sees = caller_of_request().sees
    form = _form(("week", "site", "format", "as_of", "known_at"))
    desk, now_ns = application().reports, application().now_ns()
    moment = Moment(_instant("as_of", now_ns), _instant("known_at", now_ns))
    site = request.args.get("site") or None
    try:
        week = week_of(request.args["week"]) if request.args.get("week") else desk.newest(site, moment.as_of_ns)
        content = desk.content(Asked(week, site, moment), sees)
    except ValueError as error:
        raise Denied(400, str(error)) from error
    return _answer(content, form, desk.rendered(content, form))


def listed() -> ResponseReturnValue:
    """What was published, as far as the caller may see it."""
    sees = caller_of_request().sees
    return jsonify([_row(each) for each in application().reports.published.listed(sees)])


def published(week: str, revision: str) -> ResponseReturnValue:
    """One of its files, with the bytes it was published with."""
    sees, form = caller_of_request().sees, _form(("site", "format"))
    site, kept = request.args.get("site") or None, application().reports.published
    found = next((each for each in kept.revisions(week, site) if str(each.revision) == revision), None)
    if found is None or not sees.sees(site):
        raise Denied(404, f"There is no revision {revision} of the report of {week}{f' of {site}' if site else ''}, or you may not see it.")
    data = kept.file(found.number, form)
    if data is None:
        raise Denied(404, f"When it was published there was no {form} of it.")
    return _answer(kept.content(found.number), form, data, f"-r{revision}")


def _row(revision: Revision) -> dict[str, Any]:
    return {
        "week": revision.week,
        "site": revision.site,
        "revision": revision.revision,
        "as_of_time": instant_text(revision.as_of_ns),
        "known_time": instant_text(revision.known_ns),
        "published_time": instant_text(revision.published_ns),
        "published_by": revision.published_by,
        "definitions": revision.fingerprint,
        "hash": revision.hash,
        "changes": [{"number": each.place, "before": each.before, "after": each.after} for each in revision.changes],
        "reasons": list(revision.reasons),
        "signed": [
            {"by": each.user, "at_time": instant_text(each.signed_ns), "comment": each.comment}
            for each in application().reports.published.signed(revision.number)
        ],
    }


def _answer(content: Content, form: str, data: bytes, more: str = "") -> Response:
    disposition = "attachment" if form == "xlsx" else "inline"
    name = f"{content.file}{more}.{form}".encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
    return Response(data, content_type=FORMS[form].mimetype, headers={"Content-Disposition": f'{disposition}; filename="{name}"'})


def _form(known: tuple[str, ...]) -> str:
    """The form that is asked for. Raises Denied."""
    for parameter in request.args:
        if parameter not in known:
            raise Denied(400, unknown("parameter", parameter, known))
    form = request.args.get("format", "json")
    if form not in FORMS:
        raise Denied(400, unknown("format", form, FORMS))
    return form


def _instant(parameter: str, now_ns: int) -> int:
    text = request.args.get(parameter)
    try:
        return now_ns if text is None else instant_ns(text)
    except ValueError as error:
        raise Denied(400, f"{parameter}: {error} In an address `+` is written %2B.") from error
