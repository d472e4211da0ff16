"""The reference of the configuration, of the command line and of the metrics, made from the code: `python -m app.reference` writes it."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterable
from datetime import time
from pathlib import Path
from typing import Any

from app import cli
from app.access.rights import PAGES, RIGHTS
from app.configuration.access import ACCESS, SESSIONS
from app.configuration.calendars import CALENDAR, CLOSED, HOLIDAYS, OPEN, SHIFT, instant_with
from app.configuration.environment import VARIABLES
from app.configuration.inventory import inventory_keys
from app.configuration.lake import BUCKET
from app.configuration.languages import TEXTS
from app.configuration.masking import MASKING
from app.configuration.recovery import CLOSING, LIMITS, PATH, PAYLOADS, PERIOD, PROOF, recovery_keys
from app.configuration.reports import REPORTS
from app.configuration.retention import RETENTION, age
from app.configuration.roles import ROLE, shipped
from app.configuration.rosters import LEVEL, PATIENCE, ROSTER
from app.configuration.rosters import SHIFT as ROSTER_SHIFT
from app.configuration.sections import OTLP, OWNER, PARTNER, SITE, SOURCE, WEB, configuration, moment
from app.configuration.single_sign_on import CLAIMS, GRANT, OIDC
from app.configuration.storage import storage_keys
from app.configuration.telling import ALERTS, CHANNEL, MAIL
from app.exports import EXPORTS
from app.recovery.targets.settings import KINDS
from app.rule_reference import rule_reference
from collectors.sources import SOURCES
from metrics.catalog import CATALOG, Metric
from metrics.impact_settings import BASELINE, COSTS, FULFILMENT, IMPACT
from metrics.keys import SECONDS, Key, written
from metrics.metric_settings import METRIC
from metrics.workflows import CANCEL, MILESTONE, PACK, WORKFLOW

FOLDER = Path(__file__).parent / "docs"
OPTIONS = {
    "path": "The files, relative to the configuration; `*`, `?`, `[…]` and `**` match several.",
    "map": "Where the fields of an event stand, see [mapping](mapping.md). `inventory_csv` needs one only for columns of other names.",
    "position": "The column that numbers the rows. Without it a row is known by its file and line.",
    "delimiter": "The character between two columns.",
    "encoding": "How the text is encoded.",
}
CONFIGURATION_TEXT = """\
# Configuration

Everything is in one file, `syncline.yaml`; `syncline init` writes one to start from, `syncline check` says all that is wrong with it at
once: line, what was found, what is allowed. Unknown keys are mistakes. Relative paths are relative to the file.

`${NAME}` is replaced by the environment variable of that name; one that is not set is a mistake. YAML is read as version 1.2 says: `NO`,
`yes` and `17:00` are texts.
"""
VARIABLES_TEXT = """\
These override the file. Empty ones say nothing. A variable that begins with `SYNCLINE_` and is not among them changes nothing, and
`syncline check` says so.
"""
OBJECTS_TEXT = """\
One entry per object type. `keys` are steps, done in the order listed, before an id is compared, hashed or searched.

| step | does |
|---|---|
| `strip_leading_zeros` | `0004500012345` becomes `4500012345` |
| `upper` | `so-17` becomes `SO-17` |
| `{prefix: "PO-"}` | puts the text before ids that lack it |
| `{composite: [site]}` | puts fields of the event before the id, joined with `/`: a number that two plants both use |

`aliases: true` joins two ids of the type for good once one event names both.
"""
RULES_TEXT = """\
Own rules come before the default ones: first all rules by code, then all by words. `codes` are written `system:code`; `words` are whole
words without case, and `*` stands for the rest of a word.

```yaml
error_rules:
  - {class: business, codes: ["sap:RU/494"], words: [gesperrt, "nicht angelegt*"]}
```
"""

METRICS_TEXT = """\
# Metrics

A metric asks one question of all transactions, and answers for every site and hour, day, ISO week or month: how many cases were **good**,
how many **bad**, how many are still **open**, and how long it took (median, 90th and 95th percentile, linear between two values).

* A case counts in the period in which it *began*: of a metric between two milestones when the first of them was reached, else when the
  transaction started, or first failed. Periods of a site follow its own clocks, those of all sites together the enterprise's.
* *Attainment* is good ÷ (good + bad). What is still open is in neither. Without anything decided there is *no data*, which is not 100 %.
* A case whose second milestone comes before its first is a *clock fault*: in no ratio or percentile, and told apart wherever one stands.
* A case that is past its due time while the feed it would come from lags is *unjudged*: neither good nor bad.
  *Observed* is the share of what was due that could be judged.
* Cancelled transactions are in no metric. Abandoned ones are bad in every ratio.
* `syncline export metrics --by week` writes all of it, `--as-of` and `--known-at` as of any moment.
"""
OWN_METRICS_TEXT = """\
In `syncline.yaml`. What is not said stays as it is; a name that is not in the list above is a metric of your own,
and needs workflow, from, to, target and goal.

```yaml
metrics:
  order_release_latency: {target: 10m, goal: 0.98}
  pick_lag: {title: Picking, workflow: shipment_to_invoice, from: created, to: picked, target: 8h, goal: 0.95}
```
"""
RIGHTS_TEXT = """\
What `may` of a role may hold: all that is asked before something is done. `admin` has all of them. Some need all sites beside the role.
"""
COMMANDS_TEXT = """\
# Command line

`syncline COMMAND --help` says the same. `python -m app` is `syncline`. While `syncline serve` runs, `export`, `ingest`, `refresh`,
`retry` and `rebuild` on the same home ask that process, and print what it answers.
"""
EXPORTS_TEXT = """\
The same rows over HTTP: `GET /api/v1/NAME?format=&as_of=&known_at=&from=&to=` with `Authorization: Bearer TOKEN`, a token of scope `read`
(`syncline token add`); described at `/api/v1/openapi.json`, with every status that is answered. `/healthz`, `/readyz` and
`/metrics` (Prometheus) need no token, and then name no source; see [watching Syncline itself](machines.md#watching-syncline-itself).

JSON Lines: times in UTC with at least milliseconds, durations in seconds, absent is `null`. CSV: lists and mappings as JSON; where a
spreadsheet would begin a formula stands a `'`, which can be [taken away again](decisions/0013-no-text-of-a-csv-is-a-formula.md). Parquet:
times as timestamps in UTC, lists and mappings as JSON text. A program reads these or JSON Lines: there every text is as it was sent.
"""


def configuration_reference() -> str:
    """configuration.md"""
    parts = [CONFIGURATION_TEXT, _table(configuration(Path()))]
    parts += _section("sites", SITE) + _section("calendars", CALENDAR, "One entry per calendar, by name; see [calendars](calendars.md).")
    parts += _section("a shift", SHIFT) + _section("holidays", HOLIDAYS) + _section("closed", CLOSED) + _section("open", OPEN)
    parts += _section("partners", PARTNER, "One entry per supplier or carrier, by name.") + _section("exclusions", instant_with(moment))
    parts += _section("inventory", inventory_keys(Path()), "See [inventory](inventory.md).")
    parts += _section("impact", IMPACT, "See [impact](impact.md).") + _section("fulfilled_by", FULFILMENT)
    parts += _section("costs", COSTS, "See [impact](impact.md).") + _section("baseline", BASELINE)
    parts += ["## objects\n", OBJECTS_TEXT, "## sources\n", "Every source has these keys, and those of its kind.\n", _table(SOURCE)]
    for kind in SOURCES:
        parts += [f"### kind: {kind}\n", f"{_about(kind)}\n", _options(kind)]
    parts += ["## error_rules\n", RULES_TEXT]
    parts += _recovery()
    parts += _section("alerts", ALERTS, "See [alerts](alerts.md).") + _section("mail", MAIL)
    parts += _section("channels", CHANNEL, "One entry per channel, by name.")
    parts += _section("access", ACCESS, "See [people](people.md).") + _section("sessions", SESSIONS) + _section("a role", ROLE) + _rights()
    parts += _section("oidc", OIDC, "Single sign-on, see [single sign-on](single-sign-on.md).") + _section("claims", CLAIMS)
    parts += _section("groups", GRANT, "One entry per group, by its name at the provider; `default` is one as well.")
    parts += _section("rosters", ROSTER, "One entry per roster, by name; see [alerts](alerts.md#on-shift).")
    parts += _section("a shift of a roster", ROSTER_SHIFT) + _section("then", LEVEL) + _section("after", PATIENCE)
    parts += _section("masking", MASKING, "See [messages](messages.md).")
    parts += _section("reports", REPORTS, "See [reports](report.md).")
    parts += _section("retention", RETENTION, "See [privacy](privacy.md).")
    parts += _section("storage", storage_keys(Path()), "See [several machines](several-machines.md).")
    parts += ["### storage.s3\n", _table(BUCKET)]
    parts += (
        _section("web", WEB) + _section("otlp", OTLP) + _section("owners", OWNER, "One entry per owner, by the name that workflows use.")
    )
    parts += _section("texts", TEXTS, "See [languages](languages.md).")
    parts += ["## Environment\n", VARIABLES_TEXT, *_variables()]
    parts += ["## Workflow packs\n", "A file of its own, named under `workflows`; see [workflows](workflows.md).\n", _table(PACK)]
    parts += _section("A workflow", WORKFLOW) + _section("A milestone", MILESTONE) + _section("A cancel event", CANCEL)
    return "\n".join(parts)


def _rights() -> list[str]:
    """What a role may be given, and which pages it may name."""
    roles = shipped()
    rows = [f"| `{name}` | {right.sentence} | {', '.join(roles.holders(name))} |" for name, right in RIGHTS.items()]
    pages = f"Pages: {', '.join(f'`{page}`' for page in PAGES)}.\n"
    return ["## rights\n", RIGHTS_TEXT, "| right | | ships with |", "|---|---|---|", *rows, "", pages]


def _recovery() -> list[str]:
    parts = _section("recovery", recovery_keys(Path()), "See [recovery](recovery.md).")
    parts += _section("an approved path", PATH) + _section("proof", PROOF) + _section("limits", LIMITS)
    for kind, target in KINDS.items():
        parts += _section(f"target: {kind}", target.keys, "See [targets](recovery-targets.md).")
    return parts + _section("periods", PERIOD) + _section("closes", CLOSING) + _section("payloads", PAYLOADS)


def command_reference() -> str:
    """command-line.md"""
    top = cli.parser()
    parts = [COMMANDS_TEXT, _block(cli.EPILOG)]
    for name, parser in _commands(top, "syncline"):
        parts += [f"## {name}\n", f"{parser.description}\n", _block(_usage(name, parser)), _arguments(parser)]
    exports = [f"| `{name}` | one row per {export.row} | {f'`{export.time}`' if export.time else ''} |" for name, export in EXPORTS.items()]
    parts += ["## The exports\n", EXPORTS_TEXT, "| name | holds | time for from and to |", "|---|---|---|", *exports, ""]
    return "\n".join(parts)


def metric_reference() -> str:
    """metrics.md"""
    cards = [part for card in CATALOG for part in _card(card)]
    return "\n".join([METRICS_TEXT, *cards, "## Metrics of your own\n", OWN_METRICS_TEXT, _table(METRIC)])


def _card(card: Metric) -> list[str]:
    """One metric with all that can be said of it, after the cards of ISO 22400-1."""
    facts = {
        "name": f"`{card.name}`",
        "formula": card.formula,
        "workflow": f"`{card.workflow}`: `{card.start}` → `{card.end}`" if card.workflow else "all",
        "unit": {"s": "seconds, in working time" if card.working else "seconds", "ratio": "ratio"}[card.unit],
        "promise": f"{f'within {card.target}, ' if card.target else ''}{card.goal:.1%} of them",
        "better": {"lower": "when lower", "higher": "when higher"}[card.direction],
        "for": ", ".join(card.audience),
        "standard": card.standard or "none",
    }
    return [f"## {card.title}\n", f"{card.question}\n", "| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in facts.items()), ""]


def main(words: list[str] | None = None) -> int:
    """Writes the files; with --check only says whether they are what the code says."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    is_check = options.parse_args(words).check
    texts = {
        "configuration.md": configuration_reference(),
        "command-line.md": command_reference(),
        "metrics.md": metric_reference(),
        "rules.md": rule_reference(),
    }
    stale = [name for name, text in texts.items() if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text]
    for name in [] if is_check else stale:
        (FOLDER / name).write_text(texts[name], encoding="utf-8")
    if is_check and stale:
        sys.stderr.write(f"{', '.join(stale)}: not what the code says. Run `python -m app.reference`.\n")
    return int(is_check and bool(stale))


def _section(title: str, keys: Iterable[Key], about: str = "") -> list[str]:
    return [f"## {title}\n", *([f"{about}\n"] if about else []), _table(keys)]


def _table(keys: Iterable[Key]) -> str:
    rows = [f"| `{key.name}` | {key.kind} | {_default(key)} | {key.about} |" for key in keys]
    return "\n".join(["| key | holds | default | |", "|---|---|---|---|", *rows, ""])


def _default(key: Key) -> str:
    if key.required:
        return "must be there"
    return "" if key.default is None or dataclasses.is_dataclass(key.default) or key.default in ((), [], {}, "") else f"`{_written(key)}`"


def _written(key: Key) -> str:
    value: Any = key.default
    if key.kind == "duration":
        unit, length = next((unit, length) for unit, length in reversed(SECONDS.items()) if value % length == 0)
        return f"{value // length}{unit}"
    if key.kind == "age":
        return age(value)
    if key.kind == "list of days":
        return "mon tue wed thu fri"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _about(kind: str) -> str:
    """What the module of a kind says it gives, and where its page is."""
    about = (sys.modules[SOURCES[kind].__module__].__doc__ or "").partition("\n")[0]
    return f"{about} See [{kind}](sources/{kind}.md)." if has_page(kind) else about


def has_page(kind: str) -> bool:
    """Whether a kind of source has a page of its own; there its keys are explained."""
    return (FOLDER / "sources" / f"{kind}.md").exists()


def _options(kind: str) -> str:
    rows = []
    for field in dataclasses.fields(SOURCES[kind].Settings):
        default = "must be there" if field.default is dataclasses.MISSING else f"`{field.default}`" if field.default else ""
        about = f"see [{kind}](sources/{kind}.md)" if has_page(kind) else OPTIONS.get(field.name, "")
        rows.append(f"| `{field.name}` | {default} | {about} |")
    return "\n".join(["| key | default | |", "|---|---|---|", *rows, ""])


def _variables() -> list[str]:
    return ["| variable | overrides |", "|---|---|", *(f"| `{name}` | `{written(place)}` |" for name, place in VARIABLES.items()), ""]


def _commands(parser: argparse.ArgumentParser, name: str) -> Iterable[tuple[str, argparse.ArgumentParser]]:
    for group in [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]:
        for word, below in sorted(group.choices.items()):
            nested = list(_commands(below, f"{name} {word}"))
            yield from nested or [(f"{name} {word}", below)]


# Not argparse's own words: they change from one version of Python to the next, and this text is compared.
def _usage(name: str, parser: argparse.ArgumentParser) -> str:
    words = [_word(action) for action in _shown(parser)]
    return " ".join([name, *words])


def _word(action: argparse.Action) -> str:
    word = " ".join(filter(None, [action.option_strings[0] if action.option_strings else "", _value(action)]))
    return word if action.required and action.nargs != "*" else f"[{word}{' …' if action.nargs == '*' else ''}]"


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    return str(action.metavar or ("|".join(action.choices) if action.choices else action.dest.upper()))


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows = [f"| `{_word(action).strip('[]').replace('|', ', ')}` | {action.help or ''} |" for action in _shown(parser)]
    return "\n".join(["| word | |", "|---|---|", *rows, ""]) if rows else ""


def _shown(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    shown = [action for action in parser._actions if action.dest != "help"]
    return sorted(shown, key=lambda action: bool(action.option_strings))


def _block(text: str) -> str:
    return f"```text\n{text}\n```\n"


if __name__ == "__main__":
    sys.exit(main())
