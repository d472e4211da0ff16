"""The page of the integrity rules: each with what the head of its file says, and how to write one's own."""

from __future__ import annotations

from pathlib import Path

from metrics.rules.rule import EventKind, Rule, shipped_rules

EXAMPLE = Path(__file__).parent / "docs" / "examples" / "rules" / "picked_after_dispatch.sql"
RULES_TEXT = """\
# Rules

A workflow says what should come, and by when. An integrity rule says what must never be true of what the systems say together: goods that left
while their lot was on hold, an invoice for what is still in the warehouse. The page [Rules](/rules) shows every rule with what it finds,
`syncline export violations` writes it, as of any moment.

* A violation is about something: a transaction, an order, a lot, an item. It says from when on it holds, in a sentence with the facts, and the
  events that show it. A transaction that a violation names is *inconsistent* until the violation has ended.
* The columns of the last 14 days say how many violations began on each, also those that are over since; each opens them.
* A rule is evaluated again only for what new events are about, and says the same as if everything were evaluated.
* What is violated because something has not come counts only when the feed it would come from is known to be complete up to then. A feed
  that lags raises nothing.
* A rule whose events nobody has ever sent is *not checked*, and the page says what is missing. No violation and not checked are two things.
"""
OWN_TEXT = """\
A rule is an SQL file. Name it, or the folder it is in, in `syncline.yaml`; the file's name is the rule's:

```yaml
rules: [rules]
```

`syncline check` says all that is wrong with it. An own rule takes the place of a shipped one of the same name: copy the file from `sql/rules`
of the installation to change a setting, or leave only its head with `-- off: why` to switch it off.

This one is `{name}`:

```sql
{example}
```

The file opens with comments:

| line | says |
|---|---|
| the first | the sentence that is shown |
| further lines | why it matters, what must be told for it |
| `-- severity:` | critical, important or routine |
| `-- owner:` | who acts, by the name that workflows use |
| `-- per:` | what one evaluation is about: `transaction WORKFLOW`, `transaction *` for those of any workflow, or types of things: `production_order`, `item, bom` |
| `-- with:` | of a rule about transactions: types of things whose other events it looks at too, as the lots of a delivery |
| `-- needs:` | event types, `type@system` or `type`: until each of them has come, the rule is not checked |
| `-- reads:` | what else it looks at |
| `-- setting:` | a name and a number or duration; the statement reads it as `$name`, durations in nanoseconds |
| `-- off:` | why it is switched off |

Below stands one SELECT. A thing is named by an object of its type; `item`, `batch`, `partner`, `customer` and `work_center` also by the field of
an event. Every relation has `kind` and `key`: the workflow and the transaction, or the type and the id of the thing. It reads:

| relation | one row per | columns |
|---|---|---|
| `events` | thing, and event about it that `needs` or `reads` names; about a transaction are those that belong to it | `event_no event_ns event_type system site is_error attempt effect event_id item batch location stock_status quantity uom ordered_quantity value currency due_ns promised_ns partner customer work_center message_id payload_digest schema_version recovery_id`; of transactions also `transaction_no step milestone adds_up`. Equal `effect`: one effect, delivered again |
| `transactions` | transaction | `transaction_no site start_ns last_event_ns is_cancelled is_complete is_inconsistent item partner customer work_center ordered_quantity value currency promised_ns due_ns`; `reached.MILESTONE` and `due.MILESTONE` when the rule names a workflow |
| `steps` | transaction and milestone | `transaction_no site is_cancelled is_inconsistent step milestone event_type system adds_up is_required after reached_ns opened_ns due_ns` |
| `nearby` | transaction, thing of a type in `with` that its events name, and event that names that thing | `thing_kind thing` and those of an event |
| `names` | event and object it names | `event_no object_type object_id` |
| `workflows` | workflow | `workflow object_type` |

It gives one row per violation, and per transaction that the violation names:

| column | holds |
|---|---|
| `key` | what it is about; `kind` as well where there are several |
| `from_ns`, `until_ns` | violated after the one, and from the other on no longer; in nanoseconds since 1970, UTC |
| `detail` | a sentence with the facts |
| `evidence` | the numbers (`event_no`) of the events that show it |
| `workflow`, `transaction_id` | a transaction it names; absent: the one it is about |
| `site` | absent: that of the transaction |
| `waits_for` | the system that may have told otherwise: before its feed is complete up to `from_ns`, nothing is violated |
| `quantity`, `value`, `currency` | how much, worth what |

What a rule says must follow from events alone, so that any moment can be asked about again. The statement is read before it runs: it may name the
relations above and its own `with` queries, `unnest`, `range` and `generate_series`, beside DuckDB's functions `amount(quantity)` and `utc(ns)` for
texts; no file, no other table, no clock, nothing by chance. A rule that
fails on what comes later is left out, and the page says why; the others go on.
"""


def rule_reference() -> str:
    """rules.md"""
    cards = [part for rule in shipped_rules() for part in _card(rule)]
    own = OWN_TEXT.replace("{name}", EXAMPLE.name).replace("{example}", EXAMPLE.read_text(encoding="utf-8").rstrip())
    return "\n".join([RULES_TEXT, "## Rules of your own\n", own, "## The rules that ship with Syncline\n", *cards])


def _card(rule: Rule) -> list[str]:
    facts = {
        "name": f"`{rule.name}`",
        "severity": rule.severity,
        "owner": rule.owner or "",
        "about": f"every transaction of `{rule.workflow}`".replace("of `*`", "of any workflow")
        if rule.workflow
        else ", ".join(f"`{kind}`" for kind in rule.kinds),
        "needs": _events(rule.needs),
        "reads": _events(rule.reads),
        "settings": ", ".join(f"`{name}` {value}" for name, value in rule.settings),
    }
    rows = [f"| {name} | {value} |" for name, value in facts.items() if value]
    return [f"### {rule.sentence.rstrip('.')}\n", f"{rule.why}\n", "| | |", "|---|---|", *rows, ""]


def _events(kinds: tuple[EventKind, ...]) -> str:
    words = (f"`{event_type}`{f' at {system}' if system else ''}" if event_type != "*" else "any event" for event_type, system in kinds)
    return ", ".join(words)
