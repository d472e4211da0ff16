"""Wrong passwords: who guesses is stopped or slowed down, and nobody can keep the owner of a name out."""

from __future__ import annotations

import threading

import pytest

from app.accounts import TooManyAttempts
from app.accounts.sessions import Sessions
from app.accounts.throttle import network_of
from app.configuration.model import Lifetimes
from tests.people import Changed

pytestmark = pytest.mark.on_postgres

GOOD = "correct horse battery"
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
BROWSER = "0123456789abcdef01234567"


@pytest.fixture
def accounts(accounts):
    accounts.add_user("maria", GOOD, ["supply"])
    return accounts


def seconds_to_wait(accounts, *arguments, **options):
    with pytest.raises(TooManyAttempts) as caught:
        accounts.verify(*arguments, **options)
    return caught.value.seconds


def guess_from_everywhere(accounts, clock, times):
    """Wrong passwords for one name, each from a network of its own, and never sooner than allowed."""
    for number in range(times):
        assert accounts.verify("maria", "wrong", f"10.{number // 250}.{number % 250}.1") is None
        clock.ns += 30 * SECOND


def test_the_sixth_wrong_password_from_one_address_is_not_even_tried(accounts, clock):
    for _ in range(5):
        assert accounts.verify("maria", "wrong", "10.0.0.7") is None
    with pytest.raises(TooManyAttempts) as caught:
        accounts.verify("maria", GOOD, "10.0.0.7")
    assert str(caught.value) == "Too many wrong passwords. Try again in 15 minutes."
    assert accounts.verify("maria", GOOD, "10.0.0.8") is not None, "another address is another person"
    clock.ns += 16 * MINUTE
    assert accounts.verify("maria", GOOD, "10.0.0.7") is not None


def test_a_right_password_forgets_the_wrong_ones(accounts):
    for _ in range(4):
        accounts.verify("maria", "wrong", "10.0.0.7")
    assert accounts.verify("maria", GOOD, "10.0.0.7") is not None
    for _ in range(5):
        assert accounts.verify("maria", "wrong", "10.0.0.7") is None


def test_one_address_cannot_try_one_password_on_all_names(accounts, monkeypatch):
    monkeypatch.setattr("app.accounts.throttle.PER_ADDRESS", 3)
    for name in ("a", "b", "c"):
        assert accounts.verify(name, "wrong", "10.0.0.7") is None
    with pytest.raises(TooManyAttempts):
        accounts.verify("d", "wrong", "10.0.0.7")


def test_many_tries_at_once_are_no_way_around(accounts):
    """Each is counted before it is made."""
    said = []

    def attempt():
        try:
            said.append(accounts.verify("maria", "wrong", "10.0.0.7"))
        except TooManyAttempts:
            said.append("stopped")

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(said, key=str) == [None] * 5 + ["stopped"] * 7


def test_unknown_and_disabled_names_are_counted_like_any_other(accounts):
    accounts.add_user("tom", GOOD, ["it"])
    Changed(accounts).disable("tom")
    for name, password in (("nobody", GOOD), ("tom", GOOD), ("maria", "wrong")):
        for _ in range(5):
            assert accounts.verify(name, password, f"10.0.0.{len(name)}") is None
        assert seconds_to_wait(accounts, name, password, f"10.0.0.{len(name)}") == 900


def test_who_signed_in_with_a_browser_before_is_not_kept_out_by_others_of_the_same_address(accounts):
    for _ in range(5):
        accounts.verify("maria", "wrong", "10.0.0.7")
    for number in range(45):
        accounts.verify(f"somebody{number}", "wrong", "10.0.0.7")
    assert seconds_to_wait(accounts, "maria", GOOD, "10.0.0.7") == 900
    assert accounts.verify("maria", GOOD, "10.0.0.7", browser=BROWSER) is not None


def test_a_known_browser_that_guesses_becomes_one_like_any_other(accounts):
    for _ in range(10):
        assert accounts.verify("maria", "wrong", "10.0.0.7", browser=BROWSER) is None
    assert accounts.verify("maria", GOOD, "10.0.0.8") is not None, "others are not stopped by it"
    for _ in range(5):
        assert accounts.verify("maria", "wrong", "10.0.0.7", browser=BROWSER) is None
    assert seconds_to_wait(accounts, "maria", GOOD, "10.0.0.7", browser=BROWSER) == 900


def test_who_guesses_one_name_from_everywhere_is_slowed_down(accounts, clock):
    guess_from_everywhere(accounts, clock, 20)
    assert accounts.verify("maria", "wrong", "10.9.0.1") is None
    assert seconds_to_wait(accounts, "maria", "wrong", "10.9.0.2") == 30
    clock.ns += 30 * SECOND
    assert accounts.verify("maria", GOOD, "10.9.0.2") is not None, "it is a delay, and no lock"


def test_after_a_hundred_within_a_day_it_is_five_minutes_between_two_tries(accounts, clock):
    guess_from_everywhere(accounts, clock, 100)
    assert seconds_to_wait(accounts, "maria", "wrong", "10.9.0.1") == 270
    clock.ns += 24 * 60 * MINUTE
    assert accounts.verify("maria", "wrong", "10.9.0.1") is None
    assert accounts.verify("maria", "wrong", "10.9.0.2") is None, "the day after it is forgotten"


def test_from_where_somebody_usually_signs_in_the_guesses_of_others_cost_no_time(accounts, clock):
    Sessions(accounts.engine, clock, Lifetimes()).begin(accounts.user("maria"), "192.0.2.9", "Firefox")
    guess_from_everywhere(accounts, clock, 100)
    assert seconds_to_wait(accounts, "maria", GOOD, "198.51.100.1") == 270
    assert accounts.verify("maria", GOOD, "192.0.2.9") is not None
    assert accounts.verify("maria", GOOD, "198.51.100.1", browser=BROWSER) is not None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:" + "x" * 100, "unix:" + "x" * 59),
    ],
)
def test_of_ipv6_a_network_counts_as_one(address, network):
    assert network_of(address) == network


def test_one_network_of_ipv6_is_no_endless_supply_of_addresses(accounts):
    for number in range(5):
        assert accounts.verify("maria", "wrong", f"2001:db8:1:2::{number}") is None
    assert seconds_to_wait(accounts, "maria", GOOD, "2001:db8:1:2:ffff::1") == 900
    assert accounts.verify("maria", GOOD, "2001:db8:1:3::1") is not None


def test_who_is_signed_in_and_asked_again_is_counted_too(accounts):
    assert accounts.confirm("maria", GOOD, "10.0.0.7")
    for _ in range(5):
        assert not accounts.confirm("maria", "wrong", "10.0.0.7")
    with pytest.raises(TooManyAttempts):
        accounts.confirm("maria", GOOD, "10.0.0.7")
