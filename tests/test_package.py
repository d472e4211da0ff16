"""What is installed is whole: the wheel and the container carry every file the product reads, and `syncline` starts from them."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.repository import ROOT, files, name

BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, folder], cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


def test_the_wheel_carries_every_file_of_the_product(wheel: zipfile.ZipFile) -> None:
    ours = {name(path) for path in files() if name(path).split("/")[0] in PACKAGES}
    assert ours - set(wheel.namelist()) == set()


def test_the_wheel_carries_nothing_else(wheel: zipfile.ZipFile) -> None:
    others = {each for each in wheel.namelist() if each.split("/")[0] not in PACKAGES and ".dist-info/" not in each}
    assert others == set()
    assert [each for each in wheel.namelist() if "test" in each.split("/")[-1] or each.endswith((".pyc", ".orig", ".log", ".pem"))] == []


def test_syncline_starts_from_the_wheel_alone(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "installed")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    run = partial(subprocess.run, cwd=tmp_path, env=environment, capture_output=True, text=True)
    where = run([sys.executable, "-c", "import app; print(app.__file__)"], check=True).stdout.strip()
    assert Path(where) == tmp_path / "installed" / "app" / "__init__.py"
    assert run([sys.executable, "-m", "app", "init", "plant"], check=False).returncode == 0
    checked = run([sys.executable, "-m", "app", "check", "--config", "plant/syncline.yaml"], check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_container_copies_every_package() -> None:
    container, allowed = (ROOT / "Dockerfile").read_text(), (ROOT / ".dockerignore").read_text().split()
    assert [each for each in PACKAGES if f"COPY {each} {each}\n" not in container or f"!{each}" not in allowed] == []


def test_the_command_is_installed_beside_python() -> None:
    answer = subprocess.run([Path(sys.executable).parent / "syncline", "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == f"syncline {version('syncline')}\n"


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert text.rstrip().endswith("limitations under the License.")
