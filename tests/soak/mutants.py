"""Recovery broken on purpose, in one way at a time: the model of its interleavings has to notice each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.repository import ROOT

MODEL = "tests/recovery/test_any_interleaving.py"
ENGINE, RUNS = "app/recovery/engine.py", "app/recovery/runs.py"
COPIED = ("app", "collectors", "metrics", "sql", "tests")
Edit = tuple[str, str, str]  # file, text, what stands there instead
MUTANTS: dict[str, tuple[Edit, ...]] = {
    "sends what nobody approved": (
        (ENGINE, "in_((State.APPROVED, State.RUNNING))", "in_((State.REQUESTED, State.APPROVED, State.RUNNING))"),
        (
            ENGINE,
            "not in (State.APPROVED, State.RUNNING):\n                return",
            "not in (State.REQUESTED, State.APPROVED, State.RUNNING):\n                return",
        ),
        (ENGINE, "if row.state == State.APPROVED:", "if row.state in (State.REQUESTED, State.APPROVED):"),
    ),
    "an attempt that was cut off is made anew": ((ENGINE, "CUT_OFF = Sent(Answer.UNKNOWN", "CUT_OFF = Sent(Answer.NOT_TAKEN"),),
    "an attempt that was cut off counts as refused": ((ENGINE, "CUT_OFF = Sent(Answer.UNKNOWN", "CUT_OFF = Sent(Answer.REFUSED"),),
    "a restart forgets": ((ENGINE, "                self._settle(connection, row, item, send_id, CUT_OFF)", "                pass"),),
    "an attempt leaves before it is on disk": (
        (
            ENGINE,
            "going.append((target, self._record(connection, row, item, case, payloads[item.place])))",
            "self._executor.submit(self._deliver, target, self._record(connection, row, item, case, payloads[item.place]))",
        ),
    ),
    "what is unknown lets the next of its key pass": (
        (ENGINE, "passed = {ItemState.PROVEN,", "passed = {ItemState.UNKNOWN, ItemState.PROVEN,"),
    ),
    "what is accepted lets the next of its key pass": (
        (ENGINE, '[ItemState.ACCEPTED] if path["next_after"] == "accepted" else []', "[ItemState.ACCEPTED]"),
    ),
    "a key is not held": ((ENGINE, "            if item.blocked_by is None or item.blocked_by in through\n", ""),),
    "what did not get through holds nothing": (
        (ENGINE, "            self._block(connection, row)\n", ""),
        (ENGINE, "passed = {ItemState.PROVEN,", "passed = {ItemState.UNPROVEN, ItemState.REFUSED, ItemState.PROVEN,"),
    ),
    "proven without proof": ((ENGINE, "ItemState.UNPROVEN, words, ended_ns=now_ns)", "ItemState.PROVEN, words, ended_ns=now_ns)"),),
    "accepted is proven": (
        (
            ENGINE,
            "if _is_there(evidence):\n            self._prove_item",
            "if _is_there(evidence) or item.state == ItemState.ACCEPTED:\n            self._prove_item",
        ),
    ),
    "the ramp is not stopped": ((ENGINE, 'if tried and failed > limits["failed_share"] * len(tried) and held:', "if False:"),),
    "no canary": ((ENGINE, "held[:size]", "held"),),
    "the ramp does not wait": (
        (
            ENGINE,
            "if any(not ItemState(item.state).has_ended for item in mine):",
            "if any(not ItemState(item.state).has_ended and item.state != ItemState.ACCEPTED for item in mine):",
        ),
    ),
    "who requested it approves it": (
        (RUNS, '        if row.requested_by == actor.name:\n            raise Refusal("Who requested it cannot approve it.")\n', ""),
    ),
    "another plan is approved": ((RUNS, "if seen_hash != row.plan_hash or stored_hash", "if stored_hash"),),
    "a changed plan is sent": ((ENGINE, "if stored_hash(connection, row) != row.plan_hash:", "if False:"),),
    "a changed payload is sent": ((ENGINE, "payload.digest != item.payload_digest", "False"),),
    "what was refused for good is tried again": (
        (ENGINE, "sent.answer is Answer.NOT_TAKEN or", "sent.answer in (Answer.NOT_TAKEN, Answer.REFUSED) or"),
    ),
    "tried without end": ((ENGINE, 'is_left = item.tries < path["limits"]["tries"] and', "is_left ="),),
    "what may have had its effect is tried again": ((ENGINE, "and self._is_idempotent(path, item)", ""),),
    "sent though it was stopped meanwhile": (
        (ENGINE, "if present.state != State.RUNNING or self._void(connection, present):", "if False:"),
    ),
    "a case in two recoveries": ((RUNS, "            _check_free(connection, plan)\n", ""),),
}

FIRST_FIND: tuple[
    Edit, ...
] = (  # more examples than the suite takes, and no looking for the smallest: that takes minutes and shows nothing
    (MODEL, "from hypothesis import settings\n", "from hypothesis import Phase, settings\n"),
    (MODEL, "settings(examples(12),", "settings(examples(250), phases=[Phase.generate],"),
)


def run() -> str:
    """How many were noticed; ends with the names of those that were not."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = Path(folder)
        assert not _fails(trees / "whole", ()), f"{MODEL} fails on what is not broken"
        missed = [name for name, edits in MUTANTS.items() if not _fails(trees / name.replace(" ", "-"), edits)]
    if missed:
        sys.exit(f"{MODEL} does not notice: {'; '.join(missed)}")
    return f"recovery broken in {len(MUTANTS)} ways: the model of its interleavings noticed each"


def _fails(tree: Path, edits: tuple[Edit, ...]) -> bool:
    """Whether the model fails on a copy with these edits."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tree / name)
    for name, text, instead in (*edits, *FIRST_FIND):
        file = tree / name
        before = file.read_text()
        assert text in before, f"{name} has no longer: {text}"
        file.write_text(before.replace(text, instead))
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", MODEL]
    done = subprocess.run(words, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    shutil.rmtree(tree)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode == 1
