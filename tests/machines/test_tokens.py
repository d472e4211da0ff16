"""Tokens: what one is good for, for how long and for whom; what is refused in which words; what the file and the audit hold of it."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
from pathlib import Path

import orjson
import pytest
from sqlalchemy import URL

from app import audit
from app.accounts import AccountError, Accounts
from app.accounts.tokens import hash_of, is_mistyped, new_secret
from app.machines.gate import admission
from app.machines.kept import MISTYPED, NOT_IN_USE, Machines, NoAccess
from app.machines.refusals import API
from app.machines.settings import Terms
from app.machines.wanted import Wanted
from metrics.scope import Scope
from tests.people import Changed

pytestmark = pytest.mark.on_postgres

GOOD = "correct horse battery"
MINUTE, DAY = 60 * 10**9, 86400 * 10**9
BEGUN = 1_764_000_000 * 10**9
OLD = """
    create table tokens (hash varchar(64) primary key, name varchar(64) not null, scope varchar(16) not null, sites varchar(4096),
        created_ns bigint not null, revoked_ns bigint, last_used_ns bigint);
    create unique index one_live_token on tokens (name) where revoked_ns is null;
"""


class Clock:
    ns = BEGUN

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


def url(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / "accounts.sqlite"))


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock):
    accounts = Accounts(url(tmp_path), clock)
    yield accounts
    accounts.close()


@pytest.fixture
def machines(accounts: Accounts, clock: Clock) -> Machines:
    return Machines(accounts.engine, clock, Terms())


def at(*sites: str) -> Scope:
    return Scope(frozenset(sites))


def refused(call, *arguments, **named) -> str:
    with pytest.raises(AccountError) as caught:
        call(*arguments, **named)
    return str(caught.value)


def no_access(machines: Machines, secret: str) -> tuple[str, bool, str]:
    """What the sender is told, whether the token is in use, and what its owner is told."""
    with pytest.raises(NoAccess) as caught:
        machines.behind(secret)
    return str(caught.value), caught.value.is_known, caught.value.why


def entries(machines: Machines) -> list[tuple[str, str, str, dict, str | None]]:
    with machines._engine.connect() as connection:
        found = audit.every(connection, audit.Filter())
        return [(row.actor, row.action, row.subject, orjson.loads(row.detail), row.reason) for row in found]


# -- secrets
def test_a_secret_is_recognised_by_scanners_and_its_typing_errors_by_us():
    secret = new_secret()
    assert re.fullmatch(r"syn_[0-9A-Za-z]{49}", secret)
    assert not is_mistyped(secret)
    wrong = [
        secret[:20] + ("a" if secret[20] != "a" else "b") + secret[21:],
        secret[:-1],
        secret + "x",
        secret.lower(),
        "",
        "syn_",
        "ü" * 53,
    ]
    assert [is_mistyped(each) for each in wrong] == [True] * len(wrong)


def test_a_typing_error_is_told_as_such(machines):
    secret = machines.add(Wanted("line-7", "ingest"))
    assert no_access(machines, secret[:-2]) == (MISTYPED, False, MISTYPED)


def test_the_secret_of_a_token_is_nowhere_in_the_file(machines, accounts, tmp_path):
    secret = machines.add(Wanted("line-7", "ingest"))
    machines.behind(secret, "10.0.0.9")
    accounts.close()
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())


# -- what one is good for
def test_a_token_works_until_it_is_revoked(machines, clock):
    secret = machines.add(Wanted("line-7", "ingest"), by="tom")
    token = machines.behind(secret, "10.0.0.9").token
    assert (token.name, token.scope, token.made_by, token.expires_ns) == ("line-7", "ingest", "tom", BEGUN + 365 * DAY)
    assert (token.allows("ingest"), token.allows("read")) == (True, False)
    machines.revoke("line-7", "  the PC was\n sold ", by="tom")
    assert no_access(machines, secret) == (NOT_IN_USE, False, "It is revoked.")
    (token,) = machines.every()
    assert (token.last_used_ns, token.last_address) == (clock.ns, "10.0.0.9")
    assert (token.revoked_ns, token.revoked_by, token.reason) == (clock.ns, "tom", "the PC was sold")


def test_an_admin_token_may_read_and_ingest(machines):
    token = machines.behind(machines.add(Wanted("ops", "admin"))).token
    assert [token.allows(scope) for scope in ("read", "ingest", "recover", "annotate")] == [True, True, True, True]


def test_unknown_revoked_expired_and_orphaned_are_told_apart_to_nobody_outside(machines, accounts, clock):
    accounts.add_user("maria", GOOD, ["supply"])
    expired, revoked = machines.add(Wanted("old", "read", expires="1d")), machines.add(Wanted("gone", "read"))
    hers = machines.add(Wanted("hers", "read", user="maria"))
    Changed(accounts).disable("maria")
    machines.revoke("gone")
    clock.ns += 2 * DAY
    said = [no_access(machines, secret) for secret in (new_secret(), expired, revoked, hers)]
    assert [(sentence, is_known) for sentence, is_known, _why in said] == [(NOT_IN_USE, False)] * 4
    assert [why for _sentence, _is_known, why in said] == [
        "It is unknown.",
        "It is expired.",
        "It is revoked.",
        "maria can no longer sign in.",
    ]


@pytest.mark.of_the_file
def test_a_token_of_before_works_on(tmp_path, clock):
    secret = "syn_" + "aB3-_" * 8 + "xyz"  # 43 signs, without a check
    assert not is_mistyped(secret)
    with sqlite3.connect(tmp_path / "accounts.sqlite") as file:
        file.executescript(OLD)
        file.execute("insert into tokens values (?, 'mes-agent', 'ingest', 'DE01', 5, null, null)", (hash_of(secret),))
    file.close()
    accounts = Accounts(url(tmp_path), clock)
    machines = Machines(accounts.engine, clock, Terms())
    token = machines.behind(secret).token
    assert (token.name, token.sees.sites, token.sources, token.expires_ns, token.user) == ("mes-agent", {"DE01"}, None, None, None)
    assert machines.rotate("mes-agent") != secret, "the index of before forbade two of one name"
    accounts.close()


# -- sources
def test_a_token_for_one_source_is_refused_at_another_and_that_is_counted(machines, clock, caplog):
    admit = admission(machines)
    secret = machines.add(Wanted("line-7", "ingest", sources=["cloudevents"]))
    assert admit(secret, "cloudevents", "10.0.0.9") is None
    for _ in range(10):
        denied = admit(secret, "otlp", "10.0.0.9")
    assert (denied.is_known, denied.sentence) == (True, "This token may send to cloudevents, not to otlp.")
    assert admit(machines.add(Wanted("grafana", "read")), "otlp", "").sentence == (
        "This token is of scope read; sending needs one of scope ingest."
    )
    assert admit("", "otlp", "10.0.0.8").sentence.startswith("a token is needed, as in `Authorization: Bearer …`")
    found = {each.token: each for each in machines.refusals.of("otlp")}
    assert {name: each.number for name, each in found.items()} == {"line-7": 10, "grafana": 1, "": 1}
    assert (found["line-7"].address, found["line-7"].why) == ("10.0.0.9", "This token may send to cloudevents, not to otlp.")
    assert machines.refusals.of("cloudevents") == machines.refusals.of(API) == []
    assert [entry for entry in entries(machines) if entry[1] == "token refused many times"] == [
        (
            "token line-7",
            "token refused many times",
            "otlp",
            {"times": 10, "why": "This token may send to cloudevents, not to otlp.", "newest from": "10.0.0.9"},
            None,
        )
    ]
    assert "Refused to token line-7 at otlp, 10 since the start, newest from 10.0.0.9" in caplog.text
    assert secret not in caplog.text


def test_what_is_asked_for_must_fit_together(machines):
    assert refused(machines.add, Wanted("x", "write")) == "No scope is called 'write'. Known: read, ingest, recover, annotate, admin."
    assert refused(machines.add, Wanted("", "read")) == (
        "'' cannot be a token name. Allowed: 1 to 64 letters a-z, digits and . _ @ -, beginning with a letter or digit."
    )
    assert refused(machines.add, Wanted("x", "read", sources=["otlp"])) == "Only a token of scope ingest is for sources."
    assert refused(machines.add, Wanted("x", "read", roles=["it"])) == "Only a token of scope recover has roles."
    assert refused(machines.add, Wanted("x", "ingest", at("DE01"))) == (
        "What a token of scope ingest sends is limited by source, by nothing else: records say themselves whose they are."
    )
    assert refused(machines.add, Wanted("x", "ingest", sources=["otpl"])).startswith("no source that is sent to us is called 'otpl'.")
    assert machines.every() == []


# -- how long
@pytest.mark.parametrize(
    ("asked", "ends_ns"),
    [
        (None, BEGUN + 365 * DAY),
        ("90d", BEGUN + 90 * DAY),
        ("never", None),
        ("2025-12-31", 1_767_225_599 * 10**9),
        ("2025-12-31T18:00:00+01:00", 1_767_200_400 * 10**9),
    ],
)
def test_a_token_ends_when_it_was_said(machines, asked, ends_ns):
    machines.add(Wanted("x", "read", expires=asked))
    assert machines.every()[0].expires_ns == ends_ns


def test_no_token_lasts_longer_than_is_configured(accounts, clock):
    machines = Machines(accounts.engine, clock, Terms(30 * 86400))
    machines.add(Wanted("x", "read"))
    assert machines.every()[0].expires_ns == BEGUN + 30 * DAY
    for asked in ("31d", "never"):
        assert refused(machines.add, Wanted("y", "read", expires=asked)) == (
            "No token may last longer than 30d here (access.tokens.longest)."
        )
    assert refused(machines.add, Wanted("y", "read", expires="2024-01-01")) == (
        "'2024-01-01' is no end that a token can have: it lies in the future."
    )
    assert refused(machines.add, Wanted("y", "read", expires="soon")) == (
        "'soon' says no end. Write 90d, 2027-03-31, 2027-03-31T18:00:00Z, or never."
    )


def test_when_it_was_used_is_written_once_a_minute(machines, clock):
    secret = machines.add(Wanted("x", "read"))
    used = []
    for address, wait in (("10.0.0.1", 0), ("10.0.0.2", MINUTE), ("10.0.0.3", 1)):
        clock.ns += wait
        machines.behind(secret, address)
        used.append((machines.every()[0].last_used_ns - BEGUN, machines.every()[0].last_address))
    assert used == [(0, "10.0.0.1"), (0, "10.0.0.1"), (MINUTE + 1, "10.0.0.3")]


# -- rotation
def test_a_token_is_rotated_without_a_gap(machines, clock):
    old = machines.add(Wanted("line-7", "recover", at("DE01"), roles=["it"], expires="90d"))
    clock.ns += 10 * DAY
    new = machines.rotate("line-7", "24h", by="tom")
    for secret in (old, new):
        access = machines.behind(secret)
        assert (access.token.name, access.token.sees.sites, access.roles) == ("line-7", {"DE01"}, {"it"})
    states = [(token.state(clock.ns), token.expires_ns) for token in machines.every()]
    assert states == [("replaced", clock.ns + DAY), ("in use", clock.ns + 90 * DAY)]
    clock.ns += DAY
    assert no_access(machines, old)[2] == "It is expired."
    machines.behind(new)
    assert [entry[:3] for entry in entries(machines)] == [
        ("the command line", "token made", "token line-7"),
        ("tom", "token rotated", "token line-7"),
    ]


def test_the_old_secret_never_lasts_longer_than_it_would_have(machines, clock):
    machines.add(Wanted("x", "read", expires="2h"))
    machines.rotate("x", "24h")
    assert [token.expires_ns for token in machines.every()] == [BEGUN + 2 * 3600 * 10**9] * 2
    assert refused(machines.rotate, "x", "31d") == "The old secret may work for 30 days beside the new one, not longer."
    assert refused(machines.rotate, "x", "a while") == "'a while' is no duration. Write 24h, 7d, or 0 for not at all."


def test_without_an_overlap_the_old_secret_ends_at_once(machines):
    old = machines.add(Wanted("x", "read"))
    machines.behind(machines.rotate("x", "0"))
    assert no_access(machines, old)[2] == "It is expired."


def test_revoking_ends_what_was_replaced_as_well(machines):
    old = machines.add(Wanted("x", "read"))
    new = machines.rotate("x")
    machines.revoke("x")
    assert [no_access(machines, secret)[2] for secret in (old, new)] == ["It is revoked."] * 2


def test_one_of_two_secrets_can_be_revoked_alone(machines):
    old = machines.add(Wanted("x", "read"))
    new = machines.rotate("x")
    machines.revoke("x", id=hash_of(old)[:10])
    assert no_access(machines, old)[2] == "It is revoked."
    machines.behind(new)


def test_a_name_is_free_again_once_revoked(machines):
    machines.add(Wanted("x", "ingest"))
    assert refused(machines.add, Wanted("x", "read")) == (
        "A token called 'x' exists already. Rotate it (syncline token rotate x), revoke it, or choose another name."
    )
    machines.revoke("x")
    machines.add(Wanted("x", "read"))
    assert refused(machines.revoke, "wms") == "No token in use is called 'wms'. In use: x."
    assert refused(machines.rotate, "wms") == "No token in use is called 'wms'. In use: x."


# -- for a person
def test_a_token_for_a_person_may_never_more_than_the_person_now(machines, accounts):
    accounts.add_user("maria", GOOD, ["it", "supply"], at("DE01", "CZ02"))
    secret = machines.add(Wanted("hers", "recover", at("DE01", "US03"), roles=["it", "approver", "supply"], user="Maria"))
    access = machines.behind(secret)
    assert (access.actor, access.sees.sites, access.roles) == ("maria", {"DE01"}, {"it", "supply"})
    Changed(accounts).set_scope("maria", at("CZ02"))
    Changed(accounts).set_roles("maria", ["supply", "viewer"])
    assert (machines.behind(secret).sees.sites, machines.behind(secret).roles) == (frozenset(), {"supply"})
    Changed(accounts).set_roles("maria", ["viewer"])
    said, is_known, _ = no_access(machines, secret)
    assert (said, is_known) == (
        "This token acts for a person, and may do nothing that they may not. maria holds none of its roles: approver, it, supply.",
        True,
    )
    Changed(accounts).set_roles("maria", ["admin"])
    assert machines.behind(secret).roles == {"it", "approver", "supply"}


def test_a_token_is_made_for_a_person_only_as_far_as_they_may(machines, accounts):
    accounts.add_user("maria", GOOD, ["viewer"], at("DE01"))
    assert refused(machines.add, Wanted("x", "read", user="nobody")) == "No user is called 'nobody'."
    assert refused(machines.add, Wanted("x", "admin", user="maria")) == "maria is no administrator, and scope admin is for those."
    assert (
        refused(machines.add, Wanted("x", "ingest", user="maria"))
        == "maria holds no role that scope ingest needs: Plant IT and integration."
    )
    assert (
        refused(machines.add, Wanted("x", "annotate", user="maria"))
        == "maria holds no role that scope annotate needs: Supply chain or Plant IT and integration."
    )
    Changed(accounts).set_roles("maria", ["admin"])
    assert refused(machines.add, Wanted("x", "ingest", user="maria")) == (
        "maria does not see everything, and scope ingest is for who does."
    )


def test_a_service_may_what_its_token_says(machines):
    access = machines.behind(machines.add(Wanted("itsm", "recover", roles=["it"])))
    assert (access.actor, access.sees.sites, access.roles) == ("token itsm", None, {"it"})


# -- several at once
def _add(address: URL, prefix: str, start) -> None:
    start.wait()
    accounts = Accounts(address)
    machines = Machines(accounts.engine, lambda: BEGUN, Terms())
    for number in range(20):
        machines.add(Wanted(f"{prefix}-{number}", "read"))
    accounts.close()


@pytest.mark.of_the_file
@pytest.mark.parametrize("before", ["", OLD])
def test_two_processes_may_use_a_file_at_once_new_or_of_before(tmp_path, clock, before):
    if before:
        with sqlite3.connect(tmp_path / "accounts.sqlite") as file:
            file.executescript(before)
        file.close()
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    processes = [context.Process(target=_add, args=(url(tmp_path), prefix, start)) for prefix in ("a", "b")]
    [process.start() for process in processes]
    start.set()
    [process.join(60) for process in processes]
    accounts = Accounts(url(tmp_path))
    machines = Machines(accounts.engine, clock, Terms())
    assert ([process.exitcode for process in processes], len(machines.every())) == ([0, 0], 40)
    with accounts.engine.connect() as connection:
        assert audit.verify(connection) is None
    accounts.close()
