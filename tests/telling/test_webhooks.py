"""By webhook and in shared channels: signed, under one id, never led elsewhere, told once whoever asked."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from cryptography.fernet import Fernet
from sqlalchemy import select

from app.application import Application
from app.recovery.seals import Seal
from app.telling import teller
from app.telling.kept import Subscriptions
from app.telling.settings import Channel
from app.telling.tables import contacts
from tests.telling import hook as hooks
from tests.telling.plant import (
    FAILING,
    HAMBURG,
    Clock,
    asks,
    starts,
    states,
    tells,
)


def test_a_webhook_is_signed_and_says_it_as_json(make: Callable[..., Application], hook: hooks.Hook) -> None:
    application = make()
    secret = application.subscriptions.reach("maria", "", hook.url, "").secret
    asks(application, ways=("webhook",))
    starts(application, FAILING)
    ((headers, body),) = hook.came
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()
    (said,) = hook.bodies()
    assert (said["type"], said["title"], said["sites"], said["cases"]) == (
        "alert.started",
        "Production confirmed in ERP fails",
        ["brno", "hamburg"],
        9,
    )
    assert said["values"] == {"EUR": "12500"}
    assert said["alert_url"] == "https://sync.example.com/alerts?number=1"


def test_a_webhook_without_an_answer_is_sent_again_under_the_same_id(
    make: Callable[..., Application], hook: hooks.Hook, clock: Clock
) -> None:
    application = make()
    application.subscriptions.reach("maria", "", hook.url, "")
    hook.answers = [0, 503, 200]
    asks(application, ways=("webhook",))
    starts(application, FAILING)
    for seconds in (31, 61, 121):
        clock.forward(seconds * 10**9)
        tells(application)
    assert len({headers["webhook-id"] for headers, _ in hook.came}) == 1
    assert len(hook.came) == 3
    assert states(application, "webhook") == [("started", "sent", None)]


def test_a_webhook_that_leads_elsewhere_is_not_followed(make: Callable[..., Application], hook: hooks.Hook) -> None:
    application = make()
    application.subscriptions.reach("maria", "", hook.url, "")
    hook.answers, hook.location = [307], hook.url
    asks(application, ways=("webhook",))
    starts(application, FAILING)
    assert len(hook.came) == 1
    ((_, state, words),) = states(application, "webhook")
    assert (state, words.endswith("It is somewhere else; that is not followed.")) == ("refused", True)


def test_what_was_allowed_and_is_not_any_more_is_refused_when_it_goes(make: Callable[..., Application], hook: hooks.Hook) -> None:
    application = make()
    application.subscriptions.reach("maria", "", hook.url, "")
    asks(application, ways=("webhook",))
    application.subscriptions.settings = replace(application.settings.telling, webhooks=())
    application.settings = replace(application.settings, telling=application.subscriptions.settings)
    starts(application, FAILING)
    assert hook.came == []
    assert states(application, "webhook") == [("started", "refused", "A webhook's address begins with https://.")]


def test_a_shared_channel_is_told_once_whoever_asked_and_only_of_its_sites(make: Callable[..., Application], hook: hooks.Hook) -> None:
    address = hook.url.replace("http://", "json://")
    application = make(channels={"shift": Channel("Shift lead", address, ("brno",))})
    for user in ("maria", "bruno"):
        asks(application, user, ways=("channel:shift",))
    starts(application, FAILING, replace(FAILING, key="failed|a2", title="Only in Hamburg", parts=(HAMBURG,)))
    (said,) = hook.bodies()
    assert said["title"] == "Production confirmed in ERP fails, Brno: 2 cases, 1 order, 100 EUR"
    assert "amburg" not in said["message"]


def test_a_channel_that_says_no_is_asked_again_and_one_that_is_silent_is_not(
    make: Callable[..., Application], hook: hooks.Hook, clock: Clock
) -> None:
    application = make(channels={"shift": Channel("Shift lead", hook.url.replace("http://", "json://"))})
    asks(application, ways=("channel:shift",))
    hook.answers = [503, 0]
    starts(application, FAILING)
    assert states(application, "channel:shift") == [("started", "waiting", "The channel Shift lead did not take it.")]
    clock.forward(31 * 10**9)
    tells(application)
    said = "The channel Shift lead did not answer, so nobody knows whether it has it."
    assert states(application, "channel:shift") == [("started", "unknown", said)]


def test_a_channel_that_leads_elsewhere_is_not_followed(make: Callable[..., Application], hook: hooks.Hook) -> None:
    with hooks.running() as inside:
        application = make(channels={"shift": Channel("Shift lead", hook.url.replace("http://", "json://"))})
        asks(application, ways=("channel:shift",))
        hook.answers, hook.location = [307], inside.url
        starts(application, FAILING)
        assert states(application, "channel:shift") == [
            ("started", "refused", "The channel Shift lead is somewhere else; that is not followed.")
        ]
        assert inside.came == []


def test_a_new_webhook_has_a_new_secret(make: Callable[..., Application]) -> None:
    subscriptions = make().subscriptions
    first = subscriptions.reach("maria", "", "https://hooks.example.com/1", "").secret
    assert subscriptions.reach("maria", "", "https://hooks.example.com/1", "22:00 to 06:00").secret == first
    assert subscriptions.reach("maria", "", "https://hooks.example.com/2", "").secret != first


def kept_secret(application: Application) -> str:
    """As the table has it."""
    with application.accounts.engine.connect() as connection:
        return str(connection.execute(select(contacts.c.secret)).scalar_one())


def test_a_secret_is_sealed_where_there_is_a_key_and_with_the_newest_after_the_next_start(make: Callable[..., Application]) -> None:
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    application = make()
    engine, settings = application.accounts.engine, application.settings.telling
    secret = application.subscriptions.reach("maria", "", "https://hooks.example.com/1", "").secret
    assert kept_secret(application) == secret  # without a key it is kept as it is
    for keys in ([first], [second, first], [second]):
        again = Subscriptions(engine, application.now_ns, settings, Seal(keys))
        assert again.contact("maria").secret == secret
        assert kept_secret(application).startswith("sealed:")
        assert Seal(keys[:1]).opened(kept_secret(application).encode()) == (secret or "").encode()
    assert Subscriptions(engine, application.now_ns, settings, Seal([first])).contact("maria").secret is None


def test_a_secret_that_nobody_can_read_signs_nothing_until_a_new_one_is_made(make: Callable[..., Application], hook: hooks.Hook) -> None:
    application = make()
    before = application.subscriptions.reach("maria", "", hook.url, "").secret
    application.subscriptions.seal = Seal([Fernet.generate_key().decode()])
    application.subscriptions._seal_anew()
    application.subscriptions.seal = Seal()
    asks(application, ways=("webhook",))
    starts(application, FAILING)
    assert states(application, "webhook") == [("started", "refused", teller.LOST)]
    assert hook.came == []
    made = application.subscriptions.renew("maria").secret
    assert made not in (None, before)
    starts(application, replace(FAILING, key="failed|b"))
    assert len(hook.came) == 1
