"""By a channel that people share, such as Teams or Slack, with Apprise, where that is installed."""

from __future__ import annotations

import re

from app.telling.message import Message
from app.telling.ways.outcome import SENT, Outcome, Result

SAID_NO = re.compile(r"error=[45]\d\d")  # how Apprise tells that a service answered
LEADS_AWAY = re.compile(r"error=3\d\d")


def send(url: str, title: str, message: Message) -> Result:
    """Once; where no answer came nobody knows, and it is not sent again."""
    import apprise

    # Where a service leads to, nobody here has chosen; it might be inside.
    channel = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
    if not channel.add(url):
        return Result(
            Outcome.REFUSED, f"The address of the channel {title} is none that Apprise knows; the configuration has to say it otherwise."
        )
    with apprise.LogCapture(level=apprise.logging.WARNING) as log:
        is_sent = channel.notify(title=message.subject, body=message.text, body_format=apprise.NotifyFormat.TEXT)
        said = log.getvalue()
    if is_sent:
        return SENT
    if LEADS_AWAY.search(said):
        return Result(Outcome.REFUSED, f"The channel {title} is somewhere else; that is not followed.")
    if SAID_NO.search(said):
        return Result(Outcome.NOT_TAKEN, f"The channel {title} did not take it.")
    return Result(Outcome.UNKNOWN, f"The channel {title} did not answer, so nobody knows whether it has it.")
