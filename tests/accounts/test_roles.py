"""Roles as data: what ships, what a configuration makes of it, and what each of them may."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.access.rights import PAGES, RIGHTS
from app.access.roles import Roles
from app.accounts import AccountError, Accounts
from app.configuration.roles import shipped
from app.machines.kept import Machines
from app.machines.settings import Terms
from app.machines.wanted import Wanted
from app.settings import load_settings
from metrics.scope import EVERYTHING, NOTHING

# right: the roles that have it, beside administrators, as it ships
SHIPPED = {
    "export": ["supply", "it", "exec", "approver", "viewer"],
    "write_notes": ["supply", "it"],
    "acknowledge_alerts": ["supply", "it"],
    "annotate": ["supply", "it"],
    "annotate_own": [],
    "stop_sending": ["it"],
    "connect_sources": ["it"],
    "order": [],
    "publish_reports": ["exec"],
    "sign_reports": ["exec"],
    "mail_roles": [],
    "see_audit": ["it"],
    "see_messages": ["it"],
    "break_glass": ["it"],
    "end_break_glass": ["approver"],
}
PASSWORD = "correct horse battery"


def roles_of(folder: Path, section: str) -> Roles:
    """The roles of a configuration with this section."""
    file = folder / "syncline.yaml"
    file.write_text(f"version: 1\n{section}\n")
    return load_settings(file, {}).roles


def test_six_roles_ship_and_each_right_is_held_by_those_it_always_was() -> None:
    assert shipped().names == ("supply", "it", "exec", "approver", "viewer", "admin")
    assert {right: shipped().holders(right) for right in RIGHTS} == SHIPPED


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_shown_to_every_role_that_ships(page: str) -> None:
    assert shipped().seers(page) == list(shipped().names)


def test_administrators_may_everything_whatever_is_written(tmp_path: Path) -> None:
    found = roles_of(tmp_path, "access: {only: [viewer]}")
    assert found.names == ("viewer", "admin")
    assert all(found.may({"admin"}, right) for right in RIGHTS)
    assert all(found.sees({"admin"}, page) for page in PAGES)


def test_a_role_that_ships_keeps_what_is_not_said_of_it(tmp_path: Path) -> None:
    found = roles_of(tmp_path, "access: {roles: {it: {title: Integration}, exec: {may: []}}}")
    assert found.words(["it", "exec"]) == "Integration or Management"
    assert found.holders("stop_sending") == ["it"]
    assert found.holders("publish_reports") == []
    assert (found.only("publish_reports"), found.only_said("publish_reports")) == ("administrators", "administrators")


def test_one_more_role_may_only_look_unless_it_is_said(tmp_path: Path) -> None:
    found = roles_of(tmp_path, "access: {roles: {lab: {pages: [rules, at-risk]}}}")
    assert [right for right in RIGHTS if found.may({"lab"}, right)] == []
    assert [page for page in PAGES if found.sees({"lab"}, page)] == ["at-risk", "rules", "docs", "account", "permissions"]
    assert (found.landing({"lab"}), found.words(["lab"])) == ("at-risk", "lab")


def test_who_holds_several_roles_lands_where_all_of_it_comes_together_if_that_is_theirs(tmp_path: Path) -> None:
    found = roles_of(
        tmp_path, "access: {roles: {lab: {pages: [rules]}, it: {pages: [failures, alerts]}, exec: {lands_on: 'audit?period=week'}}}"
    )
    assert found.landing({"exec"}) == "audit?period=week"
    assert found.landing({"exec", "it"}) == "sync-status"
    assert found.landing({"it", "lab"}) == "failures"
    assert found.landing(set()) == "permissions"


def test_what_masking_says_decides_who_reads_messages(tmp_path: Path) -> None:
    found = roles_of(tmp_path, "masking: {roles: [supply]}\naccess: {roles: {it: {may: [export]}}}")
    assert (found.holders("see_messages"), found.holders("break_glass")) == (["supply"], ["supply"])


def test_a_right_that_there_is_none_of_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        shipped().may({"it"}, "see_mesages")


def test_people_and_tokens_are_given_the_roles_of_the_configuration(tmp_path: Path) -> None:
    known = roles_of(tmp_path, "access: {roles: {lab: {may: [annotate]}}, only: [lab]}")
    url = f"sqlite:///{tmp_path}/accounts.sqlite"
    accounts = Accounts(url, access=known)
    lena = accounts.add_user("lena", PASSWORD, ["lab"])
    assert (lena.roles, lena.may("annotate"), lena.may("export")) == (frozenset({"lab"}), True, False)
    with pytest.raises(AccountError, match=r"No role is called 'it'\. Known: lab, admin\."):
        accounts.add_user("tom", PASSWORD, ["it"])
    secret = Machines(accounts.engine, time.time_ns, Terms(), known).add(Wanted("machine", "recover", roles=["lab"]))
    accounts.close()
    without = Accounts(url)
    gone, token = without.user("lena"), Machines(without.engine, time.time_ns, Terms()).behind(secret).token
    assert (gone.roles, gone.gone, gone.sees, gone.given) == (frozenset(), {"lab"}, NOTHING, EVERYTHING)
    assert not any(gone.may(right) for right in RIGHTS)
    assert (token.roles, token.gone) == (frozenset(), {"lab"})
    without.close()
