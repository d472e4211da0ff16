"""`syncline demo`: a Syncline of its own, with people in it, and a simulated manufacturer that sends to it."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from errno import EADDRINUSE
from importlib.util import find_spec
from pathlib import Path

from app.access.rights import HOME as BOARD
from app.access.rights import address_of
from app.accounts import Accounts
from app.accounts.administration import COMMAND_LINE, Administration
from app.accounts.landings import Landings
from app.demo_recovery import recovery_section
from app.remote import find_server
from app.settings import Settings, load_settings
from app.trouble import Mistake, Unreachable
from app.web_server import taken
from collectors.receivers import has_grpc
from metrics.keys import shown

HOME = Path("demo-home")
TRUTH = "truth.json"  # what the simulator knows to be open when the history ends
CARD = "demo.json"  # marks a folder as a demo's, and holds what --keep goes on with
PORTS_TRIED, LAST_PORT = 20, 65535
DAYS_AGAIN = 15  # --keep tells this much of the history once more: what was under way then is finished now
SECONDS_TO_STOP = 15
LISTS = "stock"  # the folder that the systems put their stock lists into
EDI = "edi"  # what the EDI provider of one plant brings
MESSAGES = "messages"  # where the middleware keeps refused messages
DEAR, CHEAP = 500, 20  # the price in euro that makes an item one of class A, and below which it is of class C
PEOPLE = (  # name, role, and what the greeting says
    ("supply", "supply", "supply-chain manager"),
    ("it", "it", "plant IT"),
    ("it-2", "it", "a colleague in plant IT: nobody approves what they asked for"),
    ("exec", "exec", "executive"),
    ("admin", "admin", "administrator"),
)
WORDS = ("amber", "birch", "cobalt", "copper", "delta", "fjord", "gravel", "harbor", "indigo", "juniper", "lantern", "maple", "nickel",
         "orchard", "pebble", "quartz", "river", "saffron", "timber", "violet", "walnut", "zephyr")  # fmt: skip
HOSTS = {"web_host": "127.0.0.1", "otlp_host": "127.0.0.1", "grpc_host": "127.0.0.1"}
PORTS = {"web_port": 0, "otlp_port": 0, "grpc_port": 0}
REPLAY_TOKEN = "DEMO_REPLAY_TOKEN"  # noqa: S105  the variable that the simulator reads it from
CONFIGURATION = """\
# The configuration of the demo, written anew at each start.
version: 1
home: ./data
timezone: Europe/Berlin
sites:
  - {{name: augsburg, timezone: Europe/Berlin}}
  - {{name: monterrey, timezone: America/Monterrey}}
  - {{name: kulim, timezone: Asia/Kuala_Lumpur}}
calendars:
  default: {{days: [mon, tue, wed, thu, fri], from: "08:00", to: "17:00"}}
workflows: [default]
objects:                       # the ERP pads its numbers with zeros, the others do not
  sales_order: {{keys: [strip_leading_zeros]}}
  production_order: {{keys: [strip_leading_zeros]}}
  confirmation: {{keys: [strip_leading_zeros]}}
  material_document: {{keys: [strip_leading_zeros]}}
  purchase_order: {{keys: [strip_leading_zeros]}}
  delivery: {{keys: [strip_leading_zeros]}}
sources:
  - {{name: otlp, kind: otlp, complete: true}}
  - name: edi-provider           # one plant hears of its suppliers by X12 in files
    kind: edi
    path: "edi/*.edi"
    every: 5s
    silent_after: 45m
    options:
      own_ids: [NORRFJORD]
      partners:
        "20108": {{name: 20108 Cobre del Norte, site: monterrey}}
        "20115": {{name: 20115 Laminados Sierra, site: monterrey}}
        "20122": {{name: 20122 Magnetek Saltillo, site: monterrey}}
  - {{name: stock-lists, kind: inventory_csv, path: "stock/*.csv"}}
inventory:
  tolerance: {{A: 0, B: 0, C: 0.005}}
  classes: classes.csv
  values: values.csv
  currency: EUR
costs:                         # invented, as everything here; the baseline is how it was before anybody looked
  currency: EUR
  rates: {{USD: 0.92, MYR: 0.2}}
  hourly_rate: 62
  minutes_per_manual_fix: 25
  minutes_by_class: {{contract: 55, configuration: 40}}
  expedite: {{delivery: 140}}
  line_stop_per_hour: 1900
  line_stops: [order_to_production]
  baseline: {{failed_per_week: 34, manual_per_week: 31, hours_to_recover: 9.5, hours_to_detect: 4, cost_per_week: 21500}}
owners:
  plant-it: {{title: Plant IT, contact: plant-it@norrfjord.example}}
  supply-chain: {{title: Supply chain, contact: supply-chain@norrfjord.example}}
  quality: {{title: Quality, contact: quality@norrfjord.example}}
  logistics: {{title: Logistics, contact: logistics@norrfjord.example}}
  master-data: {{title: Master data, contact: master-data@norrfjord.example}}
  finance: {{title: Finance, contact: finance@norrfjord.example}}
rosters:
  plant-it:
    owner: plant-it
    shifts: [{{from: "06:00", to: "18:00", people: [it]}}, {{from: "18:00", to: "06:00", people: [admin]}}]
    then: [{{people: [supply]}}, {{role: admin}}]
masking: {{fields: ["*price*", ProductionRequest.Customer.Name], roles: [it]}}  # of messages: nobody sees these without a reason
web: {{host: "{web_host}", port: {web_port}}}
otlp: {{http_host: "{otlp_host}", http_port: {otlp_port}, grpc_host: "{grpc_host}", grpc_port: {grpc_port}}}
"""


@dataclass(frozen=True, slots=True)
class Card:
    """What a demo was started with; the same again goes on where it was."""

    seed: int
    days: int
    end: str  # of the history, the moment it was started first


@dataclass(frozen=True, slots=True)
class Middleware:
    """Where the simulated middleware sends again what it is asked to, and what it wants to be shown."""

    port: int
    token: str


def demo(seed: int = 1, days: int = 28, home: Path = HOME, port: int | None = None, keep: bool = False) -> int:
    """Runs until Ctrl-C or SIGTERM. Raises Mistake or Unreachable with a sentence when it cannot."""
    _check_extra()
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    try:
        card = _kept(home) if keep else None
        if card is None:
            _empty(home)
        middleware = Middleware(_free("127.0.0.1", 0, "the middleware")[0], secrets.token_urlsafe(24))
        settings, notes = _settings(home, port, middleware)
    except OSError as error:
        raise Mistake(f"the folder {home} cannot be used: {error.strerror or error}. Name another with --home.") from error
    _run(settings, middleware, card or Card(seed, days, ""), notes, end)
    return 0


def settings_in(home: Path, middleware: Middleware | None = None, **places: str | int) -> Settings:
    """Writes the demo's configuration into a folder and reads it. `places` are among HOSTS and PORTS; a port not named is a free one.
    Without a middleware nothing can be recovered."""
    file = home / "syncline.yaml"
    _write_items(home)
    file.touch(mode=0o600)
    file.chmod(0o600)  # the token of the middleware is in it
    recovery = recovery_section(middleware.port, middleware.token) if middleware else ""
    file.write_text(CONFIGURATION.format(**{**HOSTS, **PORTS, **places}) + recovery)
    return load_settings(file, {})


def _write_items(home: Path) -> None:
    """What is known of the items, as an ERP would list it: dear ones are of class A, cheap ones of class C."""
    from app.simulator.company import ITEMS

    lines = [(item.number, "A" if item.price >= DEAR else "C" if item.price < CHEAP else "B", item.price) for item in ITEMS.values()]
    (home / "classes.csv").write_text("item,class\n" + "".join(f"{number},{abc_class}\n" for number, abc_class, _ in lines))
    (home / "values.csv").write_text("item,value\n" + "".join(f"{number},{price}\n" for number, _, price in lines))
    for folder in (LISTS, EDI, MESSAGES):
        (home / folder).mkdir(exist_ok=True)


def _run(settings: Settings, middleware: Middleware, card: Card, notes: list[str], end: threading.Event) -> None:
    from app.demo_before import recover_some
    from app.serve import running  # Flask and Dash take a second to import

    with _simulated(settings, middleware, card) as simulator, running(settings) as service:
        password = _people(service.application.accounts, service.application.people)
        for line in (*notes, *_greeting(service.web_url, service.otlp_url, settings.folder, password, card)):
            print(line, flush=True)
        truth = settings.folder / TRUTH

        def begin() -> None:
            recover_some(service.application, json.loads(truth.read_text()))

        threading.Thread(target=_pass_on, args=(simulator, None if card.end else begin), daemon=True).start()
        _wait(simulator, end)
        print("Ending.", flush=True)
        _stop(simulator)  # while somebody still takes what it has left


def _check_extra() -> None:
    try:
        found = find_spec("opentelemetry.sdk") and find_spec("opentelemetry.exporter.otlp.proto.http")
    except ModuleNotFoundError:
        found = None
    if not found:
        raise Mistake(
            "the demo's systems are instrumented with the OpenTelemetry SDK, which is not installed. "
            "Install it with `pip install 'syncline[demo]'`, or use `make demo`."
        )


# -- the home --------------------------------------------------------------------------------------------------------------
def _kept(home: Path) -> Card | None:
    """What the demo in this folder was started with; None when there is none to go on with."""
    try:
        return Card(**json.loads((home / CARD).read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise Mistake(f"{home / CARD} is damaged, so nobody knows what to go on with. Start anew without --keep.") from error


def _empty(home: Path) -> None:
    """A fresh folder. Only what a demo made is ever removed."""
    if home.exists() and not (home / CARD).exists() and any(home.iterdir()):
        raise Mistake(f"{home} is not the home of a demo, so it is not emptied. Name another folder with --home.")
    if server := find_server(home / "data"):
        raise Unreachable(f"a demo is running on {home} already, at {server.url} (process {server.pid}). Stop it, or use another --home.")
    for made in ("data", LISTS, EDI, MESSAGES):
        if (home / made).exists():
            shutil.rmtree(home / made)
    home.mkdir(parents=True, exist_ok=True)


def _settings(home: Path, port: int | None, middleware: Middleware) -> tuple[Settings, list[str]]:
    """The demo's settings, with ports that are free, and a sentence for each that is not the usual one."""
    environment = os.environ
    web, otlp, grpc = (environment.get(f"SYNCLINE_{which}_HOST") or "127.0.0.1" for which in ("WEB", "OTLP_HTTP", "OTLP_GRPC"))
    web_port, notes = _free(web, port if port is not None else _port(environment, "SYNCLINE_WEB_PORT", 8050), "the web app")
    otlp_port, more = _free(otlp, _port(environment, "SYNCLINE_OTLP_HTTP_PORT", 4318), "OTLP", web_port)
    notes += more
    grpc_port = 0
    if has_grpc():
        grpc_port, more = _free(grpc, _port(environment, "SYNCLINE_OTLP_GRPC_PORT", 4317), "OTLP over gRPC", web_port, otlp_port)
        notes += more
    places: dict[str, str | int] = {
        "web_host": web,
        "web_port": web_port,
        "otlp_host": otlp,
        "otlp_port": otlp_port,
        "grpc_host": grpc,
        "grpc_port": grpc_port,
    }
    return settings_in(home, middleware, **places), notes


def _port(environment: Mapping[str, str], variable: str, usual: int) -> int:
    text = environment.get(variable) or str(usual)
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise Mistake(f"{variable} must be a port from 0 to {LAST_PORT} (found {shown(text)}).")
    return int(text)


def _free(host: str, wanted: int, what: str, *promised: int) -> tuple[int, list[str]]:
    """The wanted port, else the next free one that is not `promised` to others, and the sentence that says so."""
    last = min(wanted + PORTS_TRIED - 1, LAST_PORT)
    for port in range(wanted, last + 1) if wanted else (0,):
        if port and port in promised:
            continue
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, ValueError) as error:
                if getattr(error, "errno", None) == EADDRINUSE:
                    continue
                raise Unreachable(taken(host, port, error)) from error
            found = probe.getsockname()[1]
        return found, [f"Port {wanted} is in use; {what} is on {found}."] if found != wanted and wanted else []
    raise Unreachable(f"ports {wanted} to {last} on {host} are all in use. Name another with --port.")


def _people(accounts: Accounts, people: Administration) -> str:
    """At least one person of each role, all with the password that comes back, made anew at each start."""
    password = "-".join([*(secrets.choice(WORDS) for _ in range(3)), f"{secrets.randbelow(9000) + 1000}"])
    known = {user.name for user in accounts.list_users()}
    for name, role, _ in PEOPLE:
        if name in known:
            people.set_password(COMMAND_LINE, name, password)
        else:
            accounts.add_user(name, password, [role])
            if role == "admin":  # who looks for the first time shall see the plant, not what feeds it
                Landings(accounts.engine).choose(name, address_of(BOARD))
    return password


def _greeting(web_url: str, otlp_url: str, home: Path, password: str, card: Card) -> Iterator[str]:
    yield ""
    yield f"  Syncline demo: Norrfjord Drives, three plants, {card.days} days of history, seed {card.seed}"
    yield ""
    yield f"  Open      {web_url}"
    yield f"  Sign in   {'user':<8}{'password':<32}sees it as"
    for name, _, who in PEOPLE:
        yield f"            {name:<8}{password:<32}{who}"
    yield ""
    yield f"  Your own systems may send OTLP to {otlp_url}. Data is in {home}, removed at the next start (--keep keeps it)."
    yield "  Ctrl-C ends it."
    yield ""


# -- the simulator ---------------------------------------------------------------------------------------------------------
@contextmanager
def _simulated(settings: Settings, middleware: Middleware, card: Card) -> Iterator[subprocess.Popen[str]]:
    """The simulator as a process of its own. It starts first, because it takes as long as the server, and waits for it."""
    is_again, end = bool(card.end), card.end or datetime.now(UTC).isoformat()
    (settings.folder / CARD).write_text(json.dumps(asdict(Card(card.seed, card.days, end)), indent=1) + "\n")
    days = min(card.days, DAYS_AGAIN) if is_again else card.days
    words = {"--endpoint": _endpoint(settings), "--seed": card.seed, "--days": days, "--end": end, "--wait": 60, "--parent": os.getpid(),
             "--truth": settings.folder / TRUTH, "--lists": settings.folder / LISTS, "--replay-port": middleware.port,
             "--messages": settings.folder / MESSAGES, "--edi": settings.folder / EDI}  # fmt: skip
    command = [sys.executable, "-m", "app.simulator", "--live", *(str(part) for pair in words.items() for part in pair)]
    # In a session of its own, so that Ctrl-C reaches only this process, which ends both in order.
    environment = {**os.environ, REPLAY_TOKEN: middleware.token}
    process = subprocess.Popen(  # noqa: S603  our own words
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True, env=environment
    )
    try:
        yield process
    finally:
        _stop(process)


def _endpoint(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.otlp.http_host, settings.otlp.http_host)  # noqa: S104  compared, not listened on
    return f"http://{host}:{settings.otlp.http_port}"


def _wait(simulator: subprocess.Popen[str], end: threading.Event) -> None:
    while not end.wait(0.5) and simulator.poll() is None:
        pass
    if not end.is_set():
        print(
            f"The simulator has ended with exit code {simulator.returncode}; what it sent stays. Ctrl-C ends Syncline too.", file=sys.stderr
        )
        end.wait()


def _pass_on(simulator: subprocess.Popen[str], begin: Callable[[], None] | None) -> None:
    """What the simulator says is shown below the greeting, whenever it was said. When it begins to speak, all that is open has come."""
    for line in simulator.stdout or ():
        print(f"  {line}", end="", flush=True)
        if begin:
            begin()
            begin = None


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
