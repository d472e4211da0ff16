"""The commands end with the exit codes of the contract and say what they have to say."""

from __future__ import annotations

import io
import json
import re
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from app.accounts import Accounts
from app.application import opened
from app.exports import EXPORTS
from app.machines.kept import Machines
from app.machines.settings import Terms
from app.settings import load_settings
from metrics.read import Moment
from metrics.scope import Scope
from tests.cli.commands import QUIET, Run, command
from tests.cli.configurations import ORDERS, ORDERS_SETTINGS, PACK

NOW = 2_000_000_000_000_000_000  # long after all of it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with one table of three events: one order complete, one waiting."""
    (tmp_path / "syncline.yaml").write_text(ORDERS_SETTINGS)
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


def test_ingesting_twice_reads_once(run: Run, folder: Path) -> None:
    first, second = run("ingest"), run("ingest", "orders")
    assert (first.code, first.said) == (0, "")
    assert re.fullmatch(r"3 records read, 3 new events, 2 transactions computed, in \d+\.\d s\.\n", first.out)
    assert second.code == 0
    assert second.out.startswith("0 records read, 0 new events, 0 transactions computed")


def test_an_export_has_a_row_per_transaction_as_of_a_moment(run: Run, folder: Path) -> None:
    run("ingest")
    result = run("export", "transactions", "--as-of", "2026-03-23T09:06:00Z")
    rows = {row["transaction_id"]: row for row in map(json.loads, result.out.splitlines())}
    assert result.code == 0
    assert rows["SO-1"]["state"] == "complete"
    assert rows["SO-1"]["reached"] == {"created": "2026-03-23T08:00:00.000Z", "released": "2026-03-23T08:01:00.500Z"}
    assert (rows["=SO-2"]["status"], rows["=SO-2"]["missing"]) == ("overdue", ["released"])
    assert rows["=SO-2"]["next_due_time"] == "2026-03-23T09:05:00.000Z"


def test_an_export_can_be_limited_to_a_time(run: Run, folder: Path) -> None:
    run("ingest")
    result = run("export", "events", "--from", "2026-03-23T10:01:00+02:00", "--to", "2026-03-23T09:00:00Z")
    assert [json.loads(line)["event_id"] for line in result.out.splitlines()] == ["orders:2"]


def test_what_is_loaded_and_not_yet_computed_is_not_half_in_an_export(folder: Path) -> None:
    with opened(load_settings(folder / "syncline.yaml", {})) as application:
        application.poll()
        application.intake.load()
        assert application.intake.loaded() == 3
        with application.reader(Moment(NOW, NOW)) as reader:
            assert list(reader.export("events")) == []
        application.advance()
        with application.reader(Moment(NOW, NOW)) as reader:
            assert [row["objects"] for row in reader.export("events")] == [{"sales_order": [name]} for name in ("SO-1", "SO-1", "=SO-2")]


def test_csv_neutralises_what_a_spreadsheet_would_calculate(run: Run, folder: Path) -> None:
    run("ingest")
    lines = run("export", "transactions", "--format", "csv").out.splitlines()
    assert lines[0].startswith("workflow,transaction_id,site,state,status")
    assert [line.split(",")[1] for line in lines[1:]] == ["'=SO-2", "SO-1"]


def test_csv_of_nothing_still_has_its_head(run: Run, tmp_path: Path) -> None:
    (tmp_path / "syncline.yaml").write_text("version: 1\n")
    result = run("export", "failures", "--format", "csv")
    assert (result.code, result.out) == (0, "workflow,milestone,error_class,transactions\r\n")


def test_parquet_keeps_times_and_appears_whole(run: Run, folder: Path) -> None:
    run("ingest")
    assert run("export", "events", "--format", "parquet", "--out", "events.parquet").code == 0
    rows = duckdb.sql(f"select event_id, event_time::varchar, attempt from '{folder / 'events.parquet'}' order by 1").fetchall()
    assert rows == [
        ("orders:1", "2026-03-23 08:00:00", 1),
        ("orders:2", "2026-03-23 08:01:00.5", 1),
        ("orders:3", "2026-03-23 09:00:00", 1),
    ]
    assert sorted(path.name for path in folder.glob("*events.parquet*")) == ["events.parquet"]


def test_a_file_that_cannot_be_written_is_a_sentence(run: Run, folder: Path) -> None:
    result = run("export", "events", "--out", "nowhere/events.jsonl")
    assert (result.code, result.said) == (
        2,
        f"syncline: {folder.resolve()}/nowhere/events.jsonl cannot be written: No such file or directory.\n",
    )


def test_rejected_input_is_counted_and_the_rest_stored(run: Run, folder: Path) -> None:
    with (folder / "orders.csv").open("a") as file:
        file.write("4,order.created,yesterday,SO-3\n5,order.created,2026-03-23T10:00:00Z,SO-4\n")
    result = run("ingest")
    assert result.code == 3
    assert result.out.startswith("5 records read, 4 new events, 3 transactions computed")
    assert result.said == (
        "syncline: 1 thing of the input could not be understood and was kept with the reason; everything else is stored. "
        "See them: syncline export rejected\n"
    )
    rejected = [json.loads(line) for line in run("export", "rejected").out.splitlines()]
    assert [(row["source"], row["position"], row["part"]) for row in rejected] == [("orders", "4", "row")]
    assert "yesterday" in rejected[0]["reason"]
    assert run("ingest").code == 0, "what was rejected before is not told again"


def test_what_was_rejected_is_tried_again_once_the_mapping_is_mended(run: Run, folder: Path) -> None:
    with (folder / "orders.csv").open("a") as file:
        file.write("4,order.created,2026-03-23T10:00:00,SO-3\n")
    run("ingest")
    told = run("retry")
    assert (told.code, told.out.partition(" in ")[0]) == (3, "1 record tried again, 0 new events, 0 transactions computed,")
    assert told.said.startswith("syncline: 1 thing of the input could not be understood")
    configuration = folder / "syncline.yaml"
    configuration.write_text(configuration.read_text().replace("{column: AT}", "{column: AT, time_zone: UTC}"))
    mending = run("retry", "orders")
    assert (mending.code, mending.out.partition(" in ")[0]) == (0, "1 record tried again, 1 new event, 1 transaction computed,")
    assert run("export", "rejected").out == ""
    before = run("export", "transactions", "--as-of", "2026-03-23T12:00:00Z").out
    run("rebuild")
    assert run("export", "transactions", "--as-of", "2026-03-23T12:00:00Z").out == before
    assert run("retry", "order").said == "syncline: no source is called 'order'. Did you mean 'orders'? Known: orders.\n"


def test_a_rebuild_gives_the_same(run: Run, folder: Path) -> None:
    run("ingest")
    before = run("export", "transactions", "--as-of", "2026-03-23T09:06:00Z").out
    result = run("rebuild")
    assert result.code == 0
    assert result.out.startswith("3 events and 2 transactions made anew from the records")
    assert run("export", "transactions", "--as-of", "2026-03-23T09:06:00Z").out == before


def test_a_file_that_came_after_the_rest_is_read_by_refresh_only_after_ingest(run: Run, folder: Path) -> None:
    run("ingest")
    (folder / "orders-2.csv").write_text("NO,WHAT,AT,ORDER\n9,order.created,2026-03-23T11:00:00Z,SO-9\n")
    assert run("refresh").out.startswith("0 new events, 0 transactions computed")
    assert run("ingest").out.startswith("1 record read, 1 new event, 1 transaction computed")


HELP = "`syncline export --help` shows what there is."
EXAMPLES = "2026-03-24T20:43:00Z or 2026-03-24T21:43:00+01:00"
MISTAKES = {
    "exprt": "no command is called 'exprt'. Did you mean 'export'? Known: audit, backup, check, conformance, coverage, demo, doctor, "
    "export, ingest, init, privacy, rebuild, refresh, report, retry, serve, state, storage, token, user. "
    "`syncline --help` shows what there is.",
    "export": f"the following arguments are required: NAME. {HELP}",
    "export orders": f"no export is called 'orders'. Known: {', '.join(sorted(EXPORTS))}. {HELP}",
    "export events --format xlsx": f"no format is called 'xlsx'. Known: csv, jsonl, ocel, parquet. {HELP}",
    "export spans --format ocel": "spans cannot be written as ocel: an object-centric event log holds events. Export events as ocel.",
    "export events --as-of 2026-03-23T09:00:00": "argument --as-of: '2026-03-23T09:00:00' has no offset from UTC, so it could be any "
    f"zone's time. Write {EXAMPLES}. {HELP}",
    "export events --as-of 1802-03-07T08:57:12Z": "argument --as-of: '1802-03-07T08:57:12Z' lies outside the years 1900 to 2179, of "
    f"which times are known. {HELP}",
    "export events --as-of today": f"argument --as-of: 'today' is no time. Write it with its offset from UTC, such as {EXAMPLES}. {HELP}",
    "export failures --from 2026-03-23T09:00:00Z": "the rows of failures have no time of their own, so `from` and `to` do not apply. They "
    f"do for {', '.join(name for name, export in EXPORTS.items() if export.is_bounded)}.",
    "export events --from 2026-03-23T09:00:00Z --to 2026-03-22T09:00:00Z": "`from` must be earlier than `to`.",
    "ingest order": "no source is called 'order'. Did you mean 'orders'? Known: orders.",
    "check --config other.yaml": "there is no configuration other.yaml. `syncline init` writes one to start from; `--config FILE` names "
    "another.",
    "check --sample orders.txt": "there is no sample file orders.txt.",
    "check --sample orders.csv --source order": "no source is called 'order'. Known: orders.",
    "user add tom --role admin": "there is no terminal to ask for a password. Use --password-file FILE (`-` is standard input) or "
    "--generate.",
    "user add tom --role admin --site x --generate": "no site is called 'x'. Known: none; add them under `sites` in the configuration.",
    "user add tom --role admin --password-file none.txt": "the password file none.txt cannot be read: No such file or directory.",
    "user add tom --role admin --password-file latin-1.txt": "the password file latin-1.txt is not UTF-8 text. Save it as UTF-8.",
    "demo --port 99999": "argument --port: must be a whole number from 0 to 65535 (found '99999'). `syncline demo --help` shows what there "
    "is.",
    "demo --days -1": "argument --days: must be a whole number from 0 to 90 (found '-1'). `syncline demo --help` shows what there is.",
    "user change tom": (
        "nothing was asked for. Name new roles with --role; sites, workflows and suppliers with --site, --workflow, --supplier, "
        "--all-sites, --all-workflows or --all-suppliers."
    ),
    "user change tom --role it": "No user is called 'tom'. Known: none yet.",
    "user change tom --workflow x": "no workflow is called 'x'. Known: order.",
    "user change tom --site x": "no site is called 'x'. Known: none; add them under `sites` in the configuration.",
    "user disable tom": "No user is called 'tom'. Known: none yet.",
    "token add /tom --scope read": "'/tom' cannot be a token name. Allowed: 1 to 64 letters a-z, digits and . _ @ -, beginning with a "
    "letter or digit.",
    "token revoke scraper": "No token in use is called 'scraper'. In use: none.",
    "token rotate scraper --overlap 2w": "'2w' is no duration. Write 24h, 7d, or 0 for not at all.",
    "token add line-7 --scope ingest --source mes": "no source that is sent to us is called 'mes'. Known: cloudevents, otlp.",
    "token add line-7 --scope ingest --for tom": "No user is called 'tom'.",
    "token add line-7 --scope read --expires soon": "'soon' says no end. Write 90d, 2027-03-31, 2027-03-31T18:00:00Z, or never.",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_on_the_command_line_is_a_sentence(run: Run, folder: Path, line: str) -> None:
    (folder / "latin-1.txt").write_bytes("ein langes Paßwort".encode("latin-1"))
    result = run(*line.split())
    assert (result.code, result.said) == (2, f"syncline: {MISTAKES[line]}\n")


def test_a_source_asked_for_where_there_is_none_is_a_sentence(run: Run, folder: Path) -> None:
    (folder / "syncline.yaml").write_text("version: 1\n")
    result = run("ingest", "nope")
    assert (result.code, result.said) == (2, "syncline: no source is called 'nope'. Known: none.\n")


def test_a_name_that_no_file_can_have_is_a_sentence(run: Run, folder: Path) -> None:
    long = "x" * 300
    said = {
        ("check", "--config", long): f"the configuration {long} cannot be read: File name too long.",
        ("check", "--sample", long): f"the sample file {long} cannot be read: File name too long.",
        ("init", long): f"{long}/syncline.yaml cannot be written: File name too long.",
    }
    for words, sentence in said.items():
        result = run(*words)
        assert (result.code, result.said) == (2, f"syncline: {sentence}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="There is no /dev/full on this system.")
@pytest.mark.parametrize("words", ["check", "doctor", "export transactions --format csv"])
def test_a_standard_output_that_is_full_is_a_sentence(folder: Path, words: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command(*words.split()), stdout=full, stderr=subprocess.PIPE, text=True, cwd=folder, env=QUIET, check=False)
    said = "syncline: standard output cannot be written: No space left on device. Make room and do it again.\n"
    assert (done.returncode, done.stderr) == (4, said)


def test_a_broken_configuration_stops_every_command_that_needs_it(run: Run, folder: Path) -> None:
    (folder / "syncline.yaml").write_text("version: 1\nhom: x\n")
    for words in (["check"], ["ingest"], ["export", "events"], ["serve"], ["user", "list"], ["doctor"]):
        result = run(*words)
        assert (result.code, result.said.splitlines()[0]) == (2, "syncline.yaml has 1 problem; nothing was started.")


def test_a_right_configuration_is_said_to_be(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCLINE_WEB_PROT", "1")
    result = run("check")
    assert (result.code, result.out) == (0, "syncline.yaml is right: 1 workflow with 2 milestones, 0 sites, 1 source.\n")
    assert result.said == (
        "syncline: The variable SYNCLINE_WEB_PROT changes nothing: no setting of this version is called so. "
        "Did you mean SYNCLINE_WEB_PORT?\n"
    )


def test_a_sample_shows_how_each_record_is_read(run: Run, folder: Path) -> None:
    (folder / "sample.csv").write_text("NO,WHAT,AT,ORDER\n7,order.relesed,2026-03-23T08:00:00Z,SO-1\n8,order.created,soon,SO-1\n")
    result = run("check", "--sample", "sample.csv")
    assert result.code == 3
    assert result.out.splitlines()[0] == "7  row: event order.relesed, ok, of sales_order SO-1"
    assert "    event_type              order.relesed                         map: column WHAT" in result.out.splitlines()
    assert "    no workflow waits for order.relesed; did you mean order.released?" in result.out.splitlines()
    assert "8  row: rejected:" in result.out
    assert "Read as source orders: 1 events, 1 rejected." in result.out
    assert result.said == "syncline: 1 record of the sample cannot be understood; the reason stands beside each.\n"


def test_a_sample_is_read_without_the_passwords_of_the_sources(run: Run, folder: Path) -> None:
    mapped = "{event_type: {column: WHAT}, event_time: {column: AT}}"
    more = "  - {name: erp, kind: database, url: 'postgresql+psycopg://reader:${ERP_PASSWORD}@erp/log', table: log, key: id, watermark: id"
    (folder / "syncline.yaml").write_text(f"{ORDERS_SETTINGS}{more}, map: {mapped}}}\n")
    assert "the environment has no variable 'ERP_PASSWORD'" in run("check").said
    assert run("check", "--sample", "orders.csv").out.splitlines()[0] == "1  row: event order.created, ok, of sales_order SO-1"


def test_a_path_may_be_absolute_and_have_links_to_nowhere_beside_its_files(run: Run, folder: Path) -> None:
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / "gone.csv").symlink_to("nowhere.csv")
    (folder / "syncline.yaml").write_text(ORDERS_SETTINGS.replace("orders*.csv", f"{folder}/*.csv"))
    assert run("check", "--sample", "orders.csv").out.splitlines()[0] == "1  row: event order.created, ok, of sales_order SO-1"
    assert "ok    Source orders: 1 file, the newest written 0 seconds ago." in run("doctor").out.splitlines()


def test_init_writes_a_configuration_that_is_right_and_never_overwrites(run: Run, tmp_path: Path) -> None:
    assert run("init", "plant").code == 0
    assert run("check", "--config", "plant/syncline.yaml").code == 0
    (tmp_path / "plant" / "syncline.yaml").write_text("mine")
    again = run("init", "plant")
    assert (again.code, again.said) == (
        2,
        "syncline: plant/syncline.yaml exists already and is left as it is. Choose another folder, or move it away.\n",
    )
    assert (tmp_path / "plant" / "syncline.yaml").read_text() == "mine"


def test_people_are_added_listed_and_disabled(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough phrase\n"))
    made = run("user", "add", "Maria", "--role", "supply", "--password-file", "-")
    assert (made.code, made.out) == (0, "maria may sign in as supply.\n")
    changed = run("user", "change", "maria", "--role", "supply", "--role", "approver", "--all-sites")
    assert changed.out == "maria may sign in as approver, supply, for all sites. Open sessions have ended.\n"
    assert run("user", "change", "maria", "--role", "supply").code == 0
    assert run("user", "disable", "maria").code == 0
    listed = run("user", "list").out.splitlines()
    assert listed == [
        "user   roles   sites  workflows  suppliers  state     signs in by  last login",
        "maria  supply  all    all        all        disabled  password     never",
    ]


def test_people_and_tokens_are_limited_to_workflows_and_suppliers(run: Run, folder: Path) -> None:
    limits = ("--workflow", "order", "--supplier", "ACME 1", "--supplier", "Bolt")
    made = run("user", "add", "maria", "--role", "supply", *limits, "--generate")
    assert made.out.splitlines()[0] == "maria may sign in as supply, for all sites and the workflows order and the suppliers ACME 1, Bolt."
    assert run("token", "add", "scraper", "--scope", "read", "--supplier", "Bolt").code == 0
    listed = [line.split("  ") for line in run("token", "list").out.splitlines()]
    assert [cell.strip() for cell in listed[1] if cell][:5] == ["scraper", "read", "all", "all", "Bolt"]
    changed = run("user", "change", "maria", "--all-suppliers")
    assert changed.out == "maria may sign in as supply, for all sites and the workflows order. Open sessions have ended.\n"
    with closing(Accounts(f"sqlite:///{folder}/home/accounts.sqlite")) as accounts:
        assert accounts.user("maria").sees == Scope(workflows=frozenset({"order"}))
        assert Machines(accounts.engine, lambda: 0, Terms()).every()[0].sees == Scope(suppliers=frozenset({"Bolt"}))


def test_only_the_first_line_of_a_file_is_the_password(run: Run, folder: Path) -> None:
    (folder / "password.txt").write_text("a long enough phrase\r\nand a note\n")
    assert run("user", "add", "maria", "--role", "it", "--password-file", "password.txt").code == 0
    with closing(Accounts(f"sqlite:///{folder}/home/accounts.sqlite")) as accounts:
        assert accounts.verify("maria", "a long enough phrase")


def test_a_password_is_made_and_printed_once(run: Run, folder: Path) -> None:
    made = run("user", "add", "tom", "--role", "admin", "--generate")
    assert made.code == 0
    assert len(made.out.splitlines()[1]) == 20
    assert made.said == "The password, shown this once:\n"


def test_a_token_is_shown_once_and_can_be_revoked(run: Run, folder: Path) -> None:
    made = run("token", "add", "scraper", "--scope", "read")
    assert (made.code, made.said) == (0, "Token scraper of scope read, shown this once:\n")
    assert made.out.strip() not in run("token", "list").out
    again = run("token", "rotate", "scraper", "--overlap", "2h")
    assert (again.code, again.said) == (0, "Token scraper anew, shown this once; the old one works for 2h beside it:\n")
    assert again.out != made.out
    assert [line.split()[:2] for line in run("token", "list").out.splitlines()[1:]] == [["scraper", "read"]] * 2
    assert run("token", "revoke", "scraper", "--reason", "sold").out == "Token scraper works no more.\n"
    assert "revoked" in run("token", "list").out
    told = [json.loads(line) for line in run("export", "audit").out.splitlines()]
    assert [(row["actor"], row["action"], row["subject"], row["reason"]) for row in told] == [
        ("the command line", "token made", "token scraper", None),
        ("the command line", "token rotated", "token scraper", None),
        ("the command line", "token revoked", "token scraper", "sold"),
    ]
    assert not any(secret.out.strip() in json.dumps(told) for secret in (made, again))


def test_a_token_is_made_for_sources_for_a_person_and_for_a_time(run: Run, folder: Path) -> None:
    assert run("user", "add", "tom", "--role", "it", "--generate").code == 0
    made = "token add line-7 --scope ingest --source otlp --source cloudevents --for tom --expires 2099-01-01"
    assert run(*made.split()).code == 0
    heads, line = run("token", "list").out.splitlines()
    found = dict(zip(re.split(r"  +", heads), re.split(r"  +", line), strict=False))
    assert (found["token"], found["scope"], found["for"], found["sites"], found["sources"], found["state"], found["by"], found["ends"]) == (
        "line-7",
        "ingest",
        "tom",
        "all",
        "cloudevents, otlp",
        "in use",
        "the command line",
        "2099-01-01 23:59 UTC",
    )


def test_the_doctor_names_what_is_missing(run: Run, folder: Path) -> None:
    nothing = ORDERS_SETTINGS.replace("orders*.csv", "none/*.csv")
    (folder / "syncline.yaml").write_text(f"{nothing}web: {{port: 0}}\notlp: {{http_port: 0, grpc_port: 0}}\n")
    assert run("ingest").code == 4, "a source without its folder"
    result = run("doctor")
    assert result.code == 0
    assert "warn  Nobody can sign in yet. Add a user: syncline user add NAME --role admin" in result.out.splitlines()
    assert re.search(
        r"^warn  Source orders: no file matches .*none/\*\.csv\. Correct the path, or wait for the first file\.$", result.out, re.MULTILINE
    )
    assert "ok    The store can be read and has the newest schema" in result.out


def test_the_home_is_for_its_owner(run: Run, folder: Path) -> None:
    run("ingest")
    assert stat.S_IMODE((folder / "home").stat().st_mode) == 0o700


def test_a_store_that_is_damaged_is_a_sentence_and_can_be_made_anew(run: Run, folder: Path) -> None:
    run("ingest")
    store = folder / "home" / "syncline.duckdb"
    store.write_bytes(b"not a database" * 1000)
    result = run("export", "transactions")
    assert result.code == 4
    assert result.said.startswith(f"syncline: the store of {folder}/home cannot be opened: ")
    assert result.said.endswith("Move syncline.duckdb away and run `syncline rebuild`: the journal holds everything.\n")
    store.unlink()
    assert run("rebuild").out.startswith("3 events and 2 transactions made anew")


def test_a_home_that_is_a_file_is_a_sentence(run: Run, folder: Path) -> None:
    (folder / "home").write_text("a file")
    advice = "a file is where a folder should be. Move it away, or set another `home`."
    said = f"syncline: the home {folder}/home cannot be used: {advice}\n"
    for words in (["ingest"], ["user", "list"]):
        result = run(*words)
        assert (result.code, result.said) == (4, said)
