"""By e-mail: text and HTML in one message, by the mail server of the configuration."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from pathlib import Path

from app.telling.message import Message
from app.telling.settings import PLAIN, TLS, Mail
from app.telling.ways.outcome import SENT, Outcome, Result
from collectors.secured import tls_context

# A subject is not broken over lines, which some show with a gap; and nothing but ASCII goes, which every server takes.
PLAIN_LINES = SMTP.clone(max_line_length=400, cte_type="7bit")


def send(settings: Mail, folder: Path, address: str, message: Message, now_ns: int) -> Result:
    """Once; what the server says decides whether it may be sent again."""
    try:
        server = _connected(settings, folder)
    except (OSError, smtplib.SMTPException) as error:
        return Result(Outcome.NOT_TAKEN, f"The mail server {settings.host} cannot be used: {_said(error)}.")
    try:
        return _handed_over(server, parseaddr(settings.sender)[1], address, _composed(settings, address, message, now_ns))
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _connected(settings: Mail, folder: Path) -> smtplib.SMTP:
    """A server that knows who we are."""
    context = tls_context(folder / settings.ca if settings.ca else None)
    if settings.security == TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
    try:
        if settings.security not in (TLS, PLAIN):
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if settings.user:
            server.login(settings.user, settings.password or "")
    except BaseException:
        server.close()
        raise
    return server


def _handed_over(server: smtplib.SMTP, sender: str, address: str, composed: bytes) -> Result:
    """Until the message itself is sent, nothing has gone; after that only the server's word counts."""
    try:
        for code, said in (server.mail(sender), server.rcpt(address)):
            if code not in (250, 251):
                return _refused(code, said, address)
    except (OSError, smtplib.SMTPException) as error:
        return Result(Outcome.NOT_TAKEN, f"The mail server hung up: {_said(error)}.")
    try:
        code, said = server.data(composed)
    except smtplib.SMTPDataError as error:  # it would not even begin
        return _refused(error.smtp_code, error.smtp_error, address)
    except (OSError, smtplib.SMTPException) as error:
        return Result(Outcome.UNKNOWN, f"The mail server did not say whether it took the message: {_said(error)}.")
    return SENT if code == 250 else _refused(code, said, address)


def _refused(code: int, said: bytes | str, address: str) -> Result:
    """For good, or for now, as the first digit says."""
    text = " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())
    outcome = Outcome.REFUSED if code >= 500 else Outcome.NOT_TAKEN
    return Result(outcome, f"The mail server does not take messages for {address}: {code} {text}.")


def _composed(settings: Mail, address: str, message: Message, now_ns: int) -> bytes:
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    mail = EmailMessage(policy=PLAIN_LINES)
    mail["Subject"], mail["From"], mail["To"] = message.subject, settings.sender, address
    mail["Date"] = format_datetime(datetime.fromtimestamp(now_ns // 10**9, UTC))
    mine = sha256(address.lower().encode()).hexdigest()[:16]  # the same message to somebody else is another one
    mail["Message-ID"] = f"<{message.ident}.{mine}@{domain}>"
    if message.thread:
        mail["In-Reply-To"] = mail["References"] = f"<{message.thread}.{mine}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # so that no machine on holiday answers
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for each in message.attached:
        main, _, sub = each.mimetype.partition("/")
        if each.cid:
            mail.get_payload()[1].add_related(each.data, main, sub, cid=f"<{each.cid}>")  # type: ignore[index, union-attr]
        else:
            mail.add_attachment(each.data, main, sub, filename=each.name)
    return mail.as_bytes()


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}".rstrip(".")
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
