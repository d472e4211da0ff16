"""Plants of the kit through the whole product: written, ingested in awkward ways, exported, scored.

    python -m tests.kit --seeds 1-20 [--ways once earlier twice "any order" killed late] [--days 9] [--per-day 40]
        [--workflows tests/workflows/fan_out.yaml]

One line for every plant and way; exit code 1 when anything did not agree.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
KIT = ROOT.parent / "shared" / "kit"
SYSTEMS = ("erp", "scm", "mes", "wms", "tms", "supplier")  # those that plant.py can keep back
EXPORTS = ("transactions", "metrics", "failures", "inventory")


@dataclass(frozen=True, slots=True)
class Trial:
    """One plant in a folder of its own. `rng` decides what is left to chance, the same for the same seed."""

    seed: int
    folder: Path
    days: int = 9
    per_day: int = 40
    late: str | None = None
    workflows: Path | None = None  # a file other than the default pack

    @property
    def config(self) -> Path:
        return self.folder / "syncline.yaml"

    @property
    def rng(self) -> random.Random:
        return random.Random(f"kit-{self.seed}")

    @property
    def as_of(self) -> str:
        return (self.folder / "truth" / "as_of").read_text().strip()

    @property
    def files(self) -> list[Path]:
        """What its systems have written, by name."""
        return sorted(p for kind in ("traces", "traces-late", "logs", "tables", "stock") for p in (self.folder / kind).iterdir())


class Disagreement(Exception):
    """What score.py printed, or a command of ours that did not end well."""


def plant(trial: Trial) -> None:
    late = ["--late", trial.late] if trial.late else []
    size = ["--seed", trial.seed, "--days", trial.days, "--per-day", trial.per_day, "--out", trial.folder]
    others = ["--workflows", trial.workflows.resolve()] if trial.workflows else []
    run(KIT / "plant.py", *size, *late, *others)


def ingest(trial: Trial, *sources: str, is_all_there: bool = True) -> None:
    """`is_all_there` False: files that the configuration names may still be to come, which is said with exit code 4."""
    run("-m", "app", "ingest", "--config", trial.config, *sources, ends_with=(0,) if is_all_there else (0, 4))


def export(trial: Trial, folder: Path, as_of: str, known_at: str | None = None) -> None:
    """Writes what is scored as of the moment into `folder`."""
    folder.mkdir(exist_ok=True)
    known = ["--known-at", known_at] if known_at else []
    for name in EXPORTS:
        run("-m", "app", "export", name, "--config", trial.config, "--as-of", as_of, *known, "--out", folder / f"{name}.jsonl")


def score(trial: Trial) -> str:
    """`all 4586 agree`, of the moment of the plant's own truth."""
    found = trial.folder / "found"
    export(trial, found, trial.as_of)
    return scored(trial.folder / "truth", found)


def scored(truth: Path, found: Path) -> str:
    files = [part for name in EXPORTS for part in (f"--{name}", found / f"{name}.jsonl")]
    return run(KIT / "score.py", truth, *files).splitlines()[-1]


def run(*command: object, ends_with: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run([sys.executable, *map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in ends_with:
        raise Disagreement(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


# -- ways to ingest a plant --------------------------------------------------------------------------------------------


def once(trial: Trial) -> str:
    """All at once."""
    ingest(trial)
    return score(trial)


def earlier(trial: Trial) -> str:
    """All at once, scored as of four earlier moments."""
    ingest(trial)
    said = []
    for hours in (3, 20, 70, 150):
        moment = datetime.fromisoformat(trial.as_of) - timedelta(hours=hours, seconds=trial.rng.randrange(3600))
        judge_as_of(trial, moment)
        export(trial, trial.folder / "earlier", moment.isoformat())
        said.append(scored(trial.folder / "earlier-truth", trial.folder / "earlier"))
    return ", ".join(said)


def judge_as_of(trial: Trial, moment: datetime) -> None:
    """Has the kit judge the same plant as of another moment."""
    sys.path.append(str(KIT))
    import judge
    import yaml
    from plant import SITES, Plant

    workflows = yaml.safe_load((trial.folder / "workflows.yaml").read_text())["workflows"]
    events = Plant(trial.seed, trial.days, trial.per_day, workflows).build().events
    truth = trial.folder / "earlier-truth"
    truth.mkdir(exist_ok=True)
    for name, rows in judge.judge(events, workflows, moment, SITES).items():
        (truth / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    midnight = datetime.fromisoformat(trial.as_of).replace(hour=0, minute=0, second=0, microsecond=0)  # of its one pair of snapshots
    known = (trial.folder / "truth" / "inventory.jsonl").read_text() if midnight <= moment else ""
    (truth / "inventory.jsonl").write_text(known)


def twice(trial: Trial) -> str:
    """Ingested, and again, and all that travels as OTLP once more in files of other names."""
    ingest(trial)
    ingest(trial)
    for path in trial.files:
        if path.suffix == ".jsonl":
            shutil.copy(path, path.with_name(f"again-{path.name}"))
    ingest(trial)
    return score(trial)


def any_order(trial: Trial) -> str:
    """The files come in four lots in any order, each ingested before the next one comes."""
    files = trial.files
    trial.rng.shuffle(files)
    waiting = [(path, path.rename(trial.folder / f"waiting-{number}")) for number, path in enumerate(files)]
    for lot in range(4):
        for path, kept in waiting[lot::4]:
            kept.rename(path)
        ingest(trial, is_all_there=lot == 3)
    return score(trial)


def killed(trial: Trial) -> str:
    """Every file comes in two halves; ingesting is killed during the first, at a moment chance chooses, and again during the second."""
    rng = trial.rng
    rests = {path: halved(path) for path in trial.files}
    kill_while_ingesting(trial, rng.uniform(0.3, 5))
    for path, rest in rests.items():
        with path.open("ab") as file:
            file.write(rest)
    kill_while_ingesting(trial, rng.uniform(0.3, 5))
    ingest(trial)
    return score(trial)


def halved(path: Path) -> bytes:
    """Leaves the first half of the lines in the file and gives the others."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    return b"".join(lines[len(lines) // 2 :])


def kill_while_ingesting(trial: Trial, seconds: float) -> None:
    command = [sys.executable, "-m", "app", "ingest", "--config", str(trial.config)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(seconds)
        process.kill()


def late(trial: Trial) -> str:
    """One system's events come last; afterwards, known at the moment before they came, everything is as it was then."""
    ingest(trial, "traces", "logs", "wms-log", "stock")
    before = datetime.now(UTC).isoformat()
    export(trial, trial.folder / "before", trial.as_of)
    ingest(trial, "traces-late")
    export(trial, trial.folder / "as-known", trial.as_of, known_at=before)
    for name in EXPORTS:
        then, now = ((trial.folder / folder / f"{name}.jsonl").read_text() for folder in ("before", "as-known"))
        if then != now:
            raise Disagreement(f"{name} as known at {before} are not what was exported then; both are in {trial.folder}")
    return score(trial)


WAYS: dict[str, Callable[[Trial], str]] = {
    "once": once,
    "earlier": earlier,
    "twice": twice,
    "any order": any_order,
    "killed": killed,
    "late": late,
}


# -- the command -------------------------------------------------------------------------------------------------------


def trials(args: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Trial]]:
    for seed in numbers(args.seeds):
        for way in args.ways:
            for system in SYSTEMS if way == "late" else (None,):
                yield way, Trial(seed, folder / f"{seed}-{way}-{system}", args.days, args.per_day, system, args.workflows)


def numbers(text: str) -> list[int]:
    """`3` or `1-20`."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> int:
    arguments = argparse.ArgumentParser(description="Plants of the kit through the whole product.")
    arguments.add_argument("--seeds", default="1-20", help="one, or first-last (default: 1-20)")
    arguments.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    arguments.add_argument("--days", type=int, default=9)
    arguments.add_argument("--per-day", type=int, default=40)
    arguments.add_argument("--workflows", type=Path, help="a workflow file other than the default pack")
    args = arguments.parse_args()
    if not (KIT / "plant.py").is_file():
        print("The kit folder (plant.py, score.py) is not beside this checkout; nothing was checked.")
        return 0
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="kit-") as folder:
        for way, trial in trials(args, Path(folder)):
            wrong += report(way, trial)
    return 1 if wrong else 0


def report(way: str, trial: Trial) -> bool:
    """Prints one line (more when something is wrong); whether anything was."""
    name = f"seed {trial.seed}, {way}{f' {trial.late}' if trial.late else ''}"
    begun = time.monotonic()
    try:
        plant(trial)
        print(f"{name}: {WAYS[way](trial)} ({time.monotonic() - begun:.0f} s)", flush=True)
    except Disagreement as problem:
        print(f"{name}: {problem}", flush=True)
        return True
    finally:
        shutil.rmtree(trial.folder, ignore_errors=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
