"""Whose a case is: the owner that claims its error code and site most closely, else who owns the workflow or rule."""

from __future__ import annotations

import pytest

from app.configuration.model import Owner
from app.owners import owner_of, owner_of_all, owners_of_each

OWNERS = (
    Owner("penang", "Penang", None, sites=("penang",)),
    Owner("sap", "SAP", None, codes=("sap:*",)),
    Owner("routing", "Routing", None, codes=("sap:RU/494",)),
    Owner("routing-penang", "Routing Penang", None, codes=("sap:RU/494",), sites=("penang",)),
    Owner("named-by-workflows", "Plant IT", None),
)


@pytest.mark.parametrize(
    ("site", "code", "owner"),
    [
        ("hamburg", "sap:RU/494", "routing"),
        ("penang", "sap:RU/494", "routing-penang"),
        ("penang", "sap:CO/469", "sap"),
        ("penang", "idoc:51", "penang"),
        ("penang", None, "penang"),
        ("hamburg", "idoc:51", "usual"),
        (None, None, "usual"),
    ],
)
def test_who_claims_a_case_most_closely_owns_it(site: str | None, code: str | None, owner: str):
    assert owner_of(OWNERS, "usual", site, code) == owner


def test_a_group_at_several_sites_is_of_one_owner_where_all_of_it_is():
    assert owner_of_all(OWNERS, "usual", ["hamburg", "suzhou"], "sap:RU/494") == "routing"
    assert owner_of_all(OWNERS, "usual", ["hamburg", "penang"], "sap:RU/494") == "routing"
    assert owner_of_all(OWNERS, "usual", ["penang"], "sap:RU/494") == "routing-penang"
    assert owner_of_all(OWNERS, "usual", [], None) == "usual"


def test_what_is_at_several_places_may_have_several_owners():
    assert owners_of_each(OWNERS, "usual", ["hamburg", "suzhou", "penang"]) == ["usual", "penang"]
    assert owners_of_each(OWNERS, None, ["hamburg"], ["sap:RU/494", "sap:CO/469"]) == ["routing", "sap"]
    assert owners_of_each(OWNERS, None, []) == []
