"""What groups give: never more of anything than one of them, whatever they are combined with."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.single_sign_on.refused import Refused
from app.single_sign_on.rights import rights_of
from app.single_sign_on.settings import Grant, SingleSignOn
from metrics.scope import EVERYTHING, Scope

SITES, WORKFLOWS, SUPPLIERS = ("brno", "hamburg"), ("orders", "purchases"), ("acme", "bolt")
SOMETHING = list(product((*SITES, "one of tomorrow"), (*WORKFLOWS, "one of tomorrow"), (*SUPPLIERS, "one of tomorrow")))


def at(*sites: str) -> Scope:
    return Scope(frozenset(sites))


def grant(role: str, sees: Scope = EVERYTHING) -> Grant:
    return Grant(frozenset({role}), sees)


def settings(groups: dict[str, Grant]) -> SingleSignOn:
    return SingleSignOn("Example AG", "https://login.example.com", "syncline", groups=groups)


def together(grants: list[Grant]) -> Grant:
    named = {f"g{number}": each for number, each in enumerate(grants)}
    return rights_of(named, settings(named))


BRNO_ORDERS = Scope(frozenset({"brno"}), frozenset({"orders"}))


@pytest.mark.parametrize(
    ("grants", "rights"),
    [
        ([grant("it", at("hamburg"))], Grant(frozenset({"it"}), at("hamburg"))),
        ([grant("it", at("hamburg")), grant("it", at("brno"))], Grant(frozenset({"it"}), at("brno", "hamburg"))),
        ([grant("it", at("hamburg")), grant("viewer")], Grant(frozenset({"it", "viewer"}), at("hamburg"))),
        ([grant("it", at("hamburg")), grant("it")], grant("it")),
        ([grant("it"), grant("supply")], Grant(frozenset({"it", "supply"}))),
        ([grant("admin"), grant("it", at("hamburg"))], grant("admin")),
        ([grant("admin", at("brno")), grant("it", at("brno", "hamburg"))], Grant(frozenset({"admin", "it"}), at("brno"))),
        ([grant("it", BRNO_ORDERS), grant("it", at("brno"))], grant("it", at("brno"))),
    ],
)
def test_groups_together(grants, rights):
    assert together(grants) == rights


@pytest.mark.parametrize(
    "grants",
    [
        [grant("it", at("hamburg")), grant("supply", at("brno"))],
        [grant("it", BRNO_ORDERS), grant("it", Scope(frozenset({"hamburg"}), frozenset({"purchases"})))],
    ],
)
def test_what_would_be_more_together_than_each_is_refused(grants):
    with pytest.raises(Refused, match="different rights at different sites, workflows or suppliers"):
        together(grants)


def names(known: tuple[str, ...]) -> st.SearchStrategy[frozenset[str] | None]:
    return st.none() | st.frozensets(st.sampled_from(known), min_size=1)


grants_of_any_kind = st.builds(
    Grant,
    st.frozensets(st.sampled_from(["it", "supply", "viewer", "admin"]), min_size=1, max_size=2),
    st.builds(Scope, names(SITES), names(WORKFLOWS), names(SUPPLIERS)),
)


@given(st.lists(grants_of_any_kind, min_size=1, max_size=5))
def test_nobody_has_a_role_for_what_no_group_gives_it_for(found):
    given_by = {(role, *thing) for each in found for role in each.roles for thing in SOMETHING if each.sees.sees(*thing)}
    try:
        rights = together(found)
    except Refused:
        return
    held = {(role, *thing) for role in rights.roles for thing in SOMETHING if rights.sees.sees(*thing)}
    assert held <= given_by
    assert held, "who is let in may do something somewhere"
