"""Machine access: everybody sees and makes what reads for themselves, administrators all; a secret is in one answer and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from flask import Flask

from app import audit
from app.accounts.tokens import new_secret
from app.application import Application
from app.machines.gate import admission
from app.machines.wanted import Wanted
from metrics.scope import Scope
from tests.pages import trees
from tests.pages.plant import write_plant
from tests.pages.served import PASSWORD, Client, drawn_text, make_server, opened, someone
from tests.people import Changed

MAKE, ROTATE, REVOKE, REVOKE_OLD = "make", "rotate", "revoke", "revoke old"
OUTPUTS = ("access-shown", "access-said", "access-facts", "access-list")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One of its own: what is refused is counted until it ends."""
    with opened(write_plant(tmp_path_factory.mktemp("machines"), time.time_ns())) as application:
        yield application


@pytest.fixture(scope="module")
def server(application: Application) -> Flask:
    application.accounts.add_user("lia", PASSWORD, ["admin"], Scope(frozenset({"brno"})))
    return make_server(application)


@pytest.fixture(autouse=True)
def no_tokens(application: Application) -> Iterator[None]:
    yield
    for name in {token.name for token in application.machines.every() if token.revoked_ns is None}:
        application.machines.revoke(name)


def press(client: Client, what: str, token: str | None = None, **fields: Any) -> dict[str, str]:
    """What a button answers, as text by the part of the page it goes to."""
    pressed = {"type": "access-do", "what": what}
    inputs = [[{"id": pressed, "property": "n_clicks", "value": 1}]]
    typed = {"name": "", "expires": "365d", "overlap": "24h", "reason": "", **fields}
    ids = [{"type": "access-field", "name": name} for name in typed]
    state = [
        [{"id": each, "property": "value", "value": typed[each["name"]]} for each in ids],
        [{"id": each, "property": "id", "value": each} for each in ids],
        {"id": "access-about", "property": "data", "value": {"state": "working", "token": token, "start": 0}},
    ]
    output = "..{}..".format("...".join(f"{name}.children" for name in OUTPUTS))
    changed = ['{"type":"access-do","what":"' + what + '"}.n_clicks']
    body = {"output": output, "outputs": [{"id": name, "property": "children"} for name in OUTPUTS], "inputs": inputs, "state": state}
    answer = client.post("_dash-update-component", json={**body, "changedPropIds": changed})
    assert answer.status_code == 200, answer.text
    return {name: str(part["children"]) for name, part in answer.get_json()["response"].items()}


def made_secret(answer: dict[str, str], part: str = "access-said") -> str:
    return answer[part].partition("syn_")[1] + answer[part].partition("syn_")[2][:49]


def is_field(part: Any) -> bool:
    return isinstance(ident := getattr(part, "id", None), dict) and ident.get("type") == "access-field"


def page(server: Flask, name: str, search: str = "") -> str:
    return drawn_text(someone(server, name).show("/access", search))


def test_somebody_makes_what_reads_for_themselves_and_only_that(server: Flask, application: Application) -> None:
    maria = someone(server, "maria")
    secret = made_secret(press(maria, MAKE, name="Marias-Excel"))
    token = application.machines.behind(secret).token
    assert (token.name, token.scope, token.user, token.made_by) == ("marias-excel", "read", "maria", "maria")
    others = press(maria, MAKE, name="more", scope="admin", user="ada")
    assert "You may make tokens that read for yourself." in others["access-said"]
    nothing = press(maria, MAKE, name="")
    assert "cannot be a token name" in nothing["access-said"]
    assert [token.name for token in application.machines.every() if token.works(application.now_ns())] == ["marias-excel"]


def test_who_sees_some_sites_makes_a_token_for_those(server: Flask, application: Application) -> None:
    bruno = someone(server, "bruno")
    assert "There is no site &#39;augsburg&#39;" in press(bruno, MAKE, name="x", sites=["augsburg"])["access-said"].replace("'", "&#39;")
    access = application.machines.behind(made_secret(press(bruno, MAKE, name="x")))
    assert (access.token.sees.sites, access.sees.sites) == (None, {"brno"})


def test_a_token_is_narrowed_to_workflows_and_suppliers_and_reads_only_what_is_of_them(server: Flask, application: Application) -> None:
    ada = someone(server, "ada")
    chosen = {"sites": ["brno"], "workflows": ["order_to_production"], "suppliers": []}
    secret = made_secret(press(ada, MAKE, name="narrow", scope="read", user="", **chosen))
    token = application.machines.behind(secret).token
    assert token.sees == Scope(frozenset({"brno"}), frozenset({"order_to_production"}))
    assert "reads, at Brno, of Order-to-production release" in page(server, "ada", "?token=narrow")
    read = Client(server).get("api/v1/transactions", headers={"Authorization": f"Bearer {secret}"}).text
    rows = [orjson.loads(line) for line in read.splitlines()]
    assert {(row["workflow"], row["site"]) for row in rows} == {("order_to_production", "brno")}
    of_supplier = made_secret(press(ada, MAKE, name="of-20017", scope="read", user="", suppliers=["20017"]))
    assert application.machines.behind(of_supplier).token.sees == Scope(suppliers=frozenset({"20017"}))
    assert Client(server).get("api/v1/transactions", headers={"Authorization": f"Bearer {of_supplier}"}).text == ""


def test_what_was_chosen_in_a_field_that_is_hidden_by_now_counts_no_more(server: Flask, application: Application) -> None:
    left = {"sites": ["brno"], "workflows": ["order_to_production"], "roles": ["it"], "sources": ["otlp"], "user": ""}
    ada = someone(server, "ada")
    sends = application.machines.behind(made_secret(press(ada, MAKE, name="sends", scope="ingest", **left))).token
    assert (sends.sees.is_all, sends.sources, sends.roles) == (True, {"otlp"}, frozenset())
    reads = application.machines.behind(made_secret(press(ada, MAKE, name="reads", scope="read", **left))).token
    assert (reads.sees.sites, reads.sources, reads.roles) == ({"brno"}, None, frozenset())


def test_somebody_narrows_to_what_they_see_themselves_and_to_nothing_else(server: Flask, application: Application) -> None:
    wanda = Scope(workflows=frozenset({"order_to_production"}), suppliers=frozenset({"20017"}))
    application.accounts.add_user("wanda", PASSWORD, ["it"], wanda)
    client = someone(server, "wanda")
    fields = {part.id["name"]: part for part in trees.parts(trees.drawn(client.show("/access"))) if is_field(part)}
    offered = {name: [each["value"] for each in fields[name].data] for name in ("workflows", "suppliers")}
    assert offered == {"workflows": ["order_to_production"], "suppliers": ["20017"]}
    for field, name, word in (("workflows", "production_to_inventory", "workflow"), ("suppliers", "20018", "supplier")):
        said = press(client, MAKE, name="x", **{field: [name]})["access-said"]
        assert f"There is no {word} '{name}', or you may not see" in said
    access = application.machines.behind(made_secret(press(client, MAKE, name="x", suppliers=["20017"])))
    assert (access.token.sees, access.sees) == (Scope(suppliers=wanda.suppliers), wanda)


def test_others_tokens_are_counted_and_cannot_be_touched(server: Flask, application: Application) -> None:
    secret = application.machines.add(Wanted("grafana", "read"), by="ada")
    application.machines.add(Wanted("toms", "read", user="tom"), by="tom")
    read = page(server, "tom")
    assert "toms" in read
    assert "1 token of others is not shown to you." in read
    assert "grafana" not in read
    assert "There is no token 'grafana', or it is not yours to see." in page(server, "tom", "?token=grafana")
    for what in (ROTATE, REVOKE, REVOKE_OLD):
        assert "or it is not yours to see" in press(someone(server, "tom"), what, "grafana")["access-shown"]
    assert "or it is not yours to see" in press(someone(server, "lia"), REVOKE, "grafana")["access-shown"], "of some sites only"
    application.machines.behind(secret)


def test_an_administrator_makes_any_and_rotates_and_revokes_it_for_a_reason(server: Flask, application: Application) -> None:
    ada = someone(server, "ada")
    old = made_secret(press(ada, MAKE, name="line-7", scope="ingest", sources=["otlp"], sites=[], roles=[], user="", expires="90d"))
    assert application.machines.behind(old).token.sources == {"otlp"}
    new = made_secret(press(ada, ROTATE, "line-7", overlap="1h"), "access-shown")
    assert {old, new} == {each for each in (old, new) if application.machines.behind(each)}
    assert "Replaced" in page(server, "ada", "?token=line-7")
    assert "The old secret of line-7 works no more." in press(ada, REVOKE_OLD, "line-7")["access-shown"]
    assert "Token line-7 has no old secret that works." in press(ada, REVOKE_OLD, "line-7")["access-shown"]
    admit = admission(application.machines)
    assert [admit(each, "otlp", "") is None for each in (old, new)] == [False, True]
    assert "Token line-7 works no more." in press(ada, REVOKE, "line-7", reason="the PC was sold")["access-shown"]
    assert admit(new, "otlp", "").is_known is False
    ended = page(server, "ada", "?state=ended&token=line-7")
    assert "Revoked" in ended
    assert "by ada the PC was sold" in ended
    with application.accounts.engine.connect() as connection:
        told = list(audit.entries(connection, audit.Filter(actor="ada", subject="token line-7")))
    assert [(row.action, row.reason) for row in reversed(told)] == [
        ("token made", None),
        ("token rotated", None),
        ("token revoked", None),
        ("token revoked", "the PC was sold"),
    ]
    assert not any(secret[4:] in str(row) for row in told for secret in (old, new))


def test_the_secret_is_in_one_answer_and_nowhere_else(server: Flask, application: Application, caplog: pytest.LogCaptureFixture) -> None:
    ada = someone(server, "ada")
    answer = press(ada, MAKE, name="once", scope="read", user="")
    secret = made_secret(answer)
    assert [name for name, part in answer.items() if secret in part] == ["access-said"]
    for search in ("", "?token=once"):
        assert secret not in ada.show("/access", search).text
    application.machines.behind(secret)
    assert secret not in caplog.text
    assert secret not in ada.get("api/v1/audit").text
    assert secret not in ada.get("metrics").text


def test_what_is_refused_or_ends_soon_is_told_on_the_page_and_on_sources(server: Flask, application: Application) -> None:
    secret = application.machines.add(Wanted("line-8", "ingest", sources=["cloudevents"], expires="9d"))
    admit = admission(application.machines)
    for _ in range(3):
        admit(secret, "otlp", "10.12.0.7")
    admit(new_secret(), "otlp", "10.12.0.8")
    read = drawn_text(someone(server, "tom").show("/sources"))
    assert "Token line-8: refused 3 times since the start, newest" in read
    assert "from 10.12.0.7: This token may send to cloudevents, not to otlp." in read
    assert "Unknown senders: refused 1 time since the start" in read
    assert "Token line-8 ends in 9 d. What it sends is refused then" in read
    for name in ("bruno", "maria"):
        assert "line-8" not in drawn_text(someone(server, name).show("/sources"))
    assert "Refused 3 times at otlp since the start" in page(server, "ada", "?token=line-8")


def test_a_token_whose_person_may_no_more_is_told_as_refused(server: Flask, application: Application) -> None:
    application.accounts.add_user("udo", PASSWORD, ["it"])
    application.machines.add(Wanted("udos", "ingest", user="udo"), by="ada")
    Changed(application.accounts).set_roles("udo", ["viewer"])
    read = page(server, "ada", "?token=udos")
    assert "udo holds no role that scope ingest needs: Plant IT and integration." in read
    assert "Refused" in read


def test_a_page_that_there_is_not_is_a_sentence(server: Flask) -> None:
    assert "state=gone: it is one of working, ended" in page(server, "ada", "?state=gone")
    assert "There is no page 'x'" in page(server, "ada", "?page=x")


def test_how_long_is_written_below_the_form(server: Flask, application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Written as 90d, as a day such as 2027-03-31, or never." in page(server, "maria")
    monkeypatch.setattr(application.machines, "terms", replace(application.machines.terms, longest_seconds=30 * 86400))
    assert "no longer than 30d." in page(server, "maria")
    assert "No token may last longer than 30d here" in press(someone(server, "maria"), MAKE, name="y", expires="31d")["access-said"]
