"""The closed list of what code asks before it does something, each right with its sentence; and the pages a role may name."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.texts import _later

EXPORT, SEE_AUDIT, ORDER = "export", "see_audit", "order"
SEE_MESSAGES, BREAK_GLASS, END_BREAK_GLASS = "see_messages", "break_glass", "end_break_glass"
WRITE_NOTES, ACKNOWLEDGE_ALERTS, ANNOTATE, ANNOTATE_OWN = "write_notes", "acknowledge_alerts", "annotate", "annotate_own"
STOP_SENDING, CONNECT_SOURCES = "stop_sending", "connect_sources"
PUBLISH_REPORTS, SIGN_REPORTS, MAIL_ROLES = "publish_reports", "sign_reports", "mail_roles"


@dataclass(frozen=True, slots=True)
class Right:
    """What it allows, in a sentence; `needs_all_sites`: who does not see everything has no use of it."""

    sentence: str
    needs_all_sites: bool = False
    more: str = ""


RIGHTS = {
    EXPORT: Right(_later("Take figures and lists out: exports, files of reports and the API")),
    WRITE_NOTES: Right(_later("Write notes, tickets and owners of failure groups; mute and resolve them")),
    ACKNOWLEDGE_ALERTS: Right(_later("Acknowledge alerts")),
    ANNOTATE: Right(_later("Note on charts what happened, and when")),
    ANNOTATE_OWN: Right(_later("Note on charts what happened, and change only what one said oneself")),
    STOP_SENDING: Right(_later("Stop everything automatic, or all sending")),
    CONNECT_SOURCES: Right(_later("Connect a source, and watch it arrive"), needs_all_sites=True),
    ORDER: Right(_later("Read sources, refresh and rebuild over the API")),
    PUBLISH_REPORTS: Right(_later("Publish reports")),
    SIGN_REPORTS: Right(_later("Sign reports")),
    MAIL_ROLES: Right(_later("Have reports sent by mail to everybody of a role, and see what others are sent")),
    SEE_AUDIT: Right(_later("See in the audit what everybody did, not only oneself"), needs_all_sites=True),
    SEE_MESSAGES: Right(
        _later("Read what was sent: messages, rejected records, attributes, values"), more=_later("without the fields that are hidden")
    ),
    BREAK_GLASS: Right(_later("See what is hidden in messages, for a reason and for an hour")),
    END_BREAK_GLASS: Right(_later("See who sees what is hidden just now, and end it"), needs_all_sites=True),
}
OF_MESSAGES = (SEE_MESSAGES, BREAK_GLASS)  # what `masking.roles` decides, where it is given

# Pages are named as their addresses are; the one at the root has none. Those about people are no role's but the administrators': who gives
# roles could give themselves every one.
HOME = "sync-status"
PAGES = (
    *(HOME, "transactions", "failures", "failure", "alerts", "recoveries", "recovery", "at-risk", "inventory", "reports", "objectives"),
    *("expected", "suppliers", "rules", "process", "business-case", "annotations", "cases", "promised", "path", "audit", "sources"),
    *("connect", "interfaces", "events", "without-event", "docs", "wall", "subscriptions", "account", "permissions", "access"),
)
ALWAYS = frozenset({"account", "docs", "permissions"})  # of whoever is signed in: what they may, and what it all means


def page_named(address: str) -> str:
    """The name of the page at an address below the prefix, such as `/failures` or `recoveries?state=requested`."""
    return address.partition("?")[0].strip("/") or HOME


def address_of(landing: str) -> str:
    """The address below the prefix of a page, by its name and what follows it."""
    name, mark, query = landing.partition("?")
    return f"{'' if name == HOME else name}{mark}{query}"
