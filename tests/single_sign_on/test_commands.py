"""What the command line says of single sign-on: whether the provider answers, who signs in by it, and what is not ours to change."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import Run, here
from tests.processes import free_ports
from tests.single_sign_on.plant import Browser, configuration, served

PORTS = "web: {port: 0}\notlp: {http_port: 0, grpc_port: 0}\n"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return here(capfd)


def test_check_and_doctor_say_that_the_provider_answers(run: Run, tmp_path: Path, provider) -> None:
    (tmp_path / "syncline.yaml").write_text(configuration(provider) + PORTS)
    checked = run("check")
    assert (checked.code, checked.said) == (0, "")
    assert f"  single sign-on: {provider.url} answers\n" in checked.out
    found = run("doctor").out
    assert f"ok    Single sign-on with Example AG: {provider.url} answers and names 1 key.\n" in found


def test_check_and_doctor_say_why_the_provider_does_not_answer(run: Run, tmp_path: Path, provider) -> None:
    (port,) = free_ports(1)
    (tmp_path / "syncline.yaml").write_text(configuration(provider, issuer=f"http://127.0.0.1:{port}") + PORTS)
    checked = run("check")
    assert checked.code == 0, "the file is right"
    why = f"127.0.0.1:{port} cannot be reached: Connection refused."
    assert checked.said == f"syncline: nobody can sign in with Example AG at the moment: {why}\n"
    done = run("doctor")
    assert done.code == 4
    assert f"fail  Single sign-on with Example AG: {why} Until it answers nobody signs in with it." in done.out


def test_doctor_says_that_a_provider_names_no_key_and_knows_no_pkce(run: Run, tmp_path: Path, provider) -> None:
    (tmp_path / "syncline.yaml").write_text(configuration(provider) + PORTS)
    provider.does(
        keys=[{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA", "n": "short", "e": "AQAB"}], metadata={"code_challenge_methods_supported": []}
    )
    found = run("doctor").out
    assert f"fail  Single sign-on with Example AG: {provider.url} names no key that may sign." in found
    assert f"warn  {provider.url} does not say that it knows PKCE with S256." in found


def test_who_signs_in_by_a_provider_is_listed_so_and_has_nothing_that_is_changed_here(run: Run, tmp_path: Path, provider) -> None:
    assert (
        run_refused(run, tmp_path, "user", "link", "maria", "--subject", "x")
        == "there is no single sign-on. Configure it as `access.oidc` first."
    )
    with served(tmp_path, provider) as (_, server):
        Browser(server, provider).signs_in_there("tom")
    assert run("user", "add", "ada", "--role", "admin", "--generate").code == 0
    heads, ada, tom = run("user", "list").out.splitlines()
    assert "signs in by" in heads
    assert " password " in ada
    assert f" {provider.url} " in tom
    password = f"tom signs in by single sign-on: {provider.url} asks for their password, there is none here."
    rights = f"tom signs in by single sign-on: their groups at {provider.url} say what they may and see."
    assert run_refused(run, tmp_path, "user", "passwd", "tom", "--generate") == password
    assert run_refused(run, tmp_path, "user", "reset", "tom") == password
    assert run_refused(run, tmp_path, "user", "change", "tom", "--role", "admin") == rights
    assert run_refused(run, tmp_path, "user", "change", "tom", "--all-sites") == rights
    assert run("user", "disable", "tom").code == 0


def test_an_account_is_given_to_its_person_at_the_provider(run: Run, tmp_path: Path, provider) -> None:
    (tmp_path / "syncline.yaml").write_text(configuration(provider))
    assert run("user", "add", "maria", "--role", "admin", "--generate").code == 0
    linked = run("user", "link", "Maria", "--subject", "maria")
    assert linked.out == "maria signs in with Example AG from now on; the password is gone, open sessions have ended.\n"
    assert run_refused(run, tmp_path, "user", "link", "maria", "--subject", "other") == "'maria' signs in by single sign-on already."
    assert run("user", "add", "eve", "--role", "viewer", "--generate").code == 0
    assert run_refused(run, tmp_path, "user", "link", "eve", "--subject", "maria") == "This person signs in as 'maria' already."
    with served(tmp_path, provider) as (application, server):
        assert Browser(server, provider).signs_in_there("maria").status_code == 302
        assert application.accounts.user("maria").roles == {"supply"}


def test_without_the_packages_it_is_said_which_one_is_missing(run: Run, tmp_path: Path, provider, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "syncline.yaml").write_text(configuration(provider))
    monkeypatch.setitem(sys.modules, "authlib", None)
    checked = run("check")
    assert checked.code == 2
    assert "line 3, access.oidc: needs a package that is not installed: pip install 'syncline[sso]'." in checked.said


def test_the_packages_are_not_needed_where_single_sign_on_is_not_configured() -> None:
    asked = "import sys; sys.modules |= {'authlib': None, 'joserfc': None}; import app.server, app.doctor, app.commands.people"
    subprocess.run([sys.executable, "-c", asked], check=True)


def run_refused(run: Run, folder: Path, *words: str) -> str:
    """The sentence of a command that changes nothing."""
    if not (folder / "syncline.yaml").exists():
        (folder / "syncline.yaml").write_text("version: 1\n")
    result = run(*words)
    assert result.code == 2
    return result.said.removeprefix("syncline: ").rstrip("\n")
