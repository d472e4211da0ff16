"""Own integrity rules: which are in force, and the sentence for every file that is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.configuration.problems import ConfigurationError
from app.settings import load_settings
from metrics.rules.rule import Rule, shipped_rules
from metrics.rules.statement import problems_of

EXAMPLES = Path(__file__).parents[2] / "app" / "docs" / "examples" / "rules"
HEAD = """\
-- Something is wrong.
-- severity: routine
-- per: transaction shipment_to_invoice
-- needs: invoice.issued@fin
"""
THING = HEAD.replace("transaction shipment_to_invoice", "item")
RIGHT = "select key, start_ns as from_ns, 'So it is.' as detail, [] as evidence from transactions"


def rules_of(folder: Path, **files: str) -> dict[str, Rule]:
    (folder / "rules").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "rules" / f"{name}.sql").write_text(text)
    file = folder / "syncline.yaml"
    file.write_text("version: 1\nrules: [rules]\n")
    return {rule.name: rule for rule in load_settings(file, {}).definitions.rules}


def said_of(folder: Path, text: str) -> str:
    """What a person is told about a rule, without the name of the folder."""
    with pytest.raises(ConfigurationError) as wrong:
        rules_of(folder, mine=text)
    return str(wrong.value).replace(str(folder), "").partition("\n")[2].strip()


def test_nothing_said_is_the_rules_that_ship(tmp_path: Path):
    file = tmp_path / "syncline.yaml"
    file.write_text("version: 1\n")
    assert load_settings(file, {}).definitions.rules == shipped_rules()
    assert len(shipped_rules()) == 13


def test_every_rule_that_ships_is_right():
    assert {rule.name: problems_of(rule) for rule in shipped_rules()} == {rule.name: [] for rule in shipped_rules()}
    assert [rule.name for rule in shipped_rules() if not (rule.why and rule.owner)] == []


def test_own_rules_stand_beside_those_that_ship_or_in_their_place(tmp_path: Path):
    found = rules_of(tmp_path, mine=HEAD + RIGHT, duplicate_posting=HEAD + RIGHT)
    assert len(found) == 14
    assert found["mine"].sentence == found["duplicate_posting"].sentence == "Something is wrong."


def test_a_rule_may_be_switched_off(tmp_path: Path):
    found = rules_of(tmp_path, duplicate_posting=f"{HEAD}-- off: nobody posts here\n")
    assert found["duplicate_posting"].off == "nobody posts here"


def test_the_documented_example_is_right(tmp_path: Path):
    shutil.copytree(EXAMPLES, tmp_path / "rules")
    assert "picked_after_dispatch" in rules_of(tmp_path)


def test_every_problem_of_a_head_is_told_at_once(tmp_path: Path):
    text = "-- severity: huge\n-- ownr: me\n-- per: transaction\n-- setting: grace soon\nselect 1\n"
    assert said_of(tmp_path, text).splitlines() == [
        "line 1: `needs` is missing: the event types without which nothing can be checked, as in `-- needs: invoice.issued@fin`.",
        "  line 1: severity must be one of critical, important, routine (found 'huge').",
        "  line 1: the first line must be a comment with the sentence that is shown, as in `-- Stock on hold was shipped.`",
        "  line 2: no field of a rule is called 'ownr'. Did you mean 'owner'? "
        "Known: severity, owner, per, with, needs, reads, setting, off.",
        "  line 3: `per: transaction` is followed by the name of a workflow, or by * (found '').",
        "  line 4: `setting` must be a number or a duration such as 0.01 or 15m (found 'soon').",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD, "line 5: there is no SELECT below the comments."),
        (f"{HEAD}copy transactions to 'x.csv'", "line 5: one SELECT is expected: Only SELECT statements can be serialized to json."),
        (f"{HEAD}select 1; select 2", "line 5: one SELECT is expected, there are 2."),
        (f"{HEAD}select key\nfrm transactions", 'line 6: one SELECT is expected: syntax error at or near "transactions".'),
        (f"{HEAD}describe transactions", "line 5: one SELECT is expected, not a description of tables."),
        (
            f"{THING}select key\nfrom transactions",
            "line 6: a rule cannot read 'transactions'. It reads: events, names, workflows.",
        ),
        (f"{THING}select key from main.events", "line 5: a rule cannot read 'main.events'. It reads: events, names, workflows."),
        (f"{THING}select * from 'secret.csv'", "line 5: a rule cannot read 'secret.csv'. It reads: events, names, workflows."),
        (
            f"{THING}select *\nfrom read_csv('secret.csv')",
            "line 6: a rule cannot read from 'read_csv(…)'; of functions in FROM it may use: unnest, range, generate_series.",
        ),
        (
            f"{THING}select * from (select * from query('select 1'))",
            "line 5: a rule cannot read from 'query(…)'; of functions in FROM it may use: unnest, range, generate_series.",
        ),
        (f"{THING}select key from events using sample 10", "line 5: a sample is not allowed: what a rule says follows from events alone."),
        (
            f"{THING}select key, $limit from events",
            "line 5: there is no setting 'limit'. Add `-- setting: limit 0.01`.",
        ),
        (
            f"{HEAD}-- setting: limit 5\n{RIGHT}",
            "line 1: the setting 'limit' is nowhere used; the statement reads it as $limit.",
        ),
        (f"{HEAD}{RIGHT} where reached.packed > 0", "line 1: workflow 'shipment_to_invoice' has no milestone 'packed'."),
        (HEAD.replace("shipment_to_invoice", "shipping") + RIGHT, "line 1: there is no workflow 'shipping'."),
        (
            f"{HEAD}select key, 'So it is.' as detail from transactions",
            "line 5: its SELECT does not give from_ns, evidence. It must give key, from_ns, detail, evidence.",
        ),
        (
            f"{HEAD}{RIGHT.replace('select', 'select 1 as urgency,')}",
            "line 5: its SELECT gives urgency, which nobody reads. "
            "It may give kind, key, workflow, transaction_id, site, from_ns, until_ns, "
            "waits_for, quantity, value, currency, detail, evidence.",
        ),
        (f"{HEAD}{RIGHT.replace('start_ns', 'site')}", "line 5: its column from_ns is VARCHAR; it must be BIGINT."),
        (
            f"{HEAD}{RIGHT.replace('start_ns', 'begun')}",
            'line 5: it failed: Binder Error: Referenced column "begun" not found in FROM clause!',
        ),
        (THING.replace("item", "item, bom") + "select 1 as key", "line 5: its SELECT does not give kind, from_ns, detail, evidence."),
        (THING.replace("invoice.issued@fin", "*") + RIGHT, "line 4: any event, `*`, can be read by a rule about transactions alone"),
        (THING.replace("-- needs", "-- with: batch\n-- needs"), "line 4: `with` is for rules about transactions"),
    ],
)
def test_a_statement_that_a_rule_may_not_have_is_told_with_its_line(tmp_path: Path, text: str, sentence: str):
    assert said_of(tmp_path, text).startswith(sentence)


@pytest.mark.parametrize(
    "call", ["now()", "random()", "getvariable('as_of')", "current_setting('threads')", "today()", "uuid()", "may_see(site)"]
)
def test_what_does_not_follow_from_events_is_refused(tmp_path: Path, call: str):
    assert f"line 5: '{call.partition('(')[0]}(…)' is not allowed" in said_of(tmp_path, f"{THING}select key, {call} as detail from events")


def test_a_name_that_leads_to_nothing_or_to_one_rule_twice_is_told(tmp_path: Path):
    (tmp_path / "a").mkdir()
    for file in ("a/mine.sql", "mine.sql"):
        (tmp_path / file).write_text(HEAD + RIGHT)
    (tmp_path / "syncline.yaml").write_text("version: 1\nrules:\n  - a\n  - mine.sql\n  - lost\n")
    with pytest.raises(ConfigurationError) as wrong:
        load_settings(tmp_path / "syncline.yaml", {})
    assert str(wrong.value).splitlines()[1:] == [
        "  line 4, rules[1]: leads to a second rule called 'mine'; each name may be used once.",
        "  line 5, rules[2]: there are no rules in 'lost'. Write the path of a file, or of a folder with files that end in .sql, "
        "relative to this file.",
    ]
