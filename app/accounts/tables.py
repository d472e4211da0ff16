"""The tables of people and machine access, in SQLAlchemy: the one part of Syncline that must be transactional and not analytical."""

from __future__ import annotations

from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    inspect,
    text,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from app.storage.engine import engine_of, take_turn
from app.trouble import Mistake

metadata = MetaData()

# Lists of roles and sites are words separated by a space, of workflows and suppliers JSON. A null list of what is seen: all, also those
# that come later.
users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("password_hash", String(256), nullable=False),
    Column("roles", Text, nullable=False),
    Column("sites", Text),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("epoch", Integer, nullable=False, default=1),  # raised: all sessions of this user end
    Column("created_ns", BigInteger, nullable=False),
    Column("last_login_ns", BigInteger),
    Column("workflows", Text),
    Column("suppliers", Text),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256: the secret is 256 random bits, so nothing slower is needed
    Column("name", String(64), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("sites", Text),
    Column("created_ns", BigInteger, nullable=False),
    Column("revoked_ns", BigInteger),
    Column("last_used_ns", BigInteger),
    Column("workflows", Text),
    Column("suppliers", Text),
    Column("sources", Text),  # null: whatever is received
    Column("user", String(64)),  # for whom it acts; null: a service
    Column("made_by", String(64)),
    Column("expires_ns", BigInteger),
    Column("replaced_ns", BigInteger),  # another of this name works since then, this one until it expires
    Column("revoked_by", String(64)),
    Column("reason", String(512)),  # why it was revoked
    Column("last_address", String(64)),
)

token_roles = Table(
    "token_roles",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("roles", Text, nullable=False),
)

# A token that was revoked or replaced gives its name free, so a secret can be renewed under the name people know.
_IS_CURRENT = and_(tokens.c.revoked_ns.is_(None), tokens.c.replaced_ns.is_(None))
one_current_token = Index("one_current_token", tokens.c.name, unique=True, sqlite_where=_IS_CURRENT, postgresql_where=_IS_CURRENT)
OURS = frozenset({"password_hash", "roles", "epoch"})  # columns of users from the beginning
OUTGROWN = ("one_live_token",)  # indexes of before, which forbid what is now allowed

failed_logins = Table(
    "failed_logins",
    metadata,
    Column("name", String(64), nullable=False),
    Column("address", Text, nullable=False),
    Column("failed_ns", BigInteger, nullable=False),
)
by_address = Index("failed_logins_by_address", failed_logins.c.address, failed_logins.c.failed_ns)
by_name = Index("failed_logins_by_name", failed_logins.c.name, failed_logins.c.failed_ns)


# What a person calls an address of ours to come back to; `address` stands below the prefix.
saved_views = Table(
    "saved_views",
    metadata,
    Column("user", String(64), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("address", Text, nullable=False),
    Column("created_ns", BigInteger, nullable=False),
)

# Where somebody chose to land; `address` stands below the prefix. No row: as the role says.
landings = Table(
    "landings",
    metadata,
    Column("user", String(64), primary_key=True),
    Column("address", Text, nullable=False),
)


# What language a person chose for the pages; nobody's row is there before.
chosen_languages = Table(
    "chosen_languages",
    metadata,
    Column("user", String(64), primary_key=True),
    Column("language", String(16), nullable=False),
)


def open_engine(url: str | URL) -> Engine:
    """An engine with all tables there; several processes may open the same file at once."""
    engine = engine_of(url)
    try:
        if engine.dialect.name == "postgresql":
            _check_is_ours(engine)
        create_tables(engine, metadata)
        with engine.begin() as connection:
            take_turn(connection)
            for name in OUTGROWN:
                connection.execute(text(f"drop index if exists {name}"))
    except BaseException:
        engine.dispose()
        raise
    return engine


def _check_is_ours(engine: Engine) -> None:
    """Nobody else's table of that name is changed. Raises Mistake."""
    with engine.connect() as connection:
        found = inspect(connection)
        there = {each["name"] for each in found.get_columns(users.name)} if found.has_table(users.name) else OURS
        if there >= OURS:
            return
    raise Mistake(
        f"the database {engine.url.database} has tables of something else, such as {users.name}. Give Syncline a database of its own, or a "
        "schema: ?options=-csearch_path%3Dsyncline"
    )


def create_tables(engine: Engine, declared: MetaData) -> None:
    """What of these tables is not there yet."""
    with engine.begin() as connection:
        take_turn(connection)  # in PostgreSQL `if not exists` is no help against another process that does the same at the same time
        for table in declared.sorted_tables:
            # Not create_all: it looks first and creates then, so two processes starting together would collide.
            connection.execute(CreateTable(table, if_not_exists=True))
    for table in declared.sorted_tables:
        add_columns(engine, table)
        with engine.begin() as connection:
            take_turn(connection)
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))


def add_columns(engine: Engine, table: Table) -> None:
    """The columns that a database of before lacks. Each of them may be null, or says what stands in the rows of before."""
    there = _columns(engine, table)
    for column in table.columns:
        if column.name in there:
            continue
        try:
            with engine.begin() as connection:
                take_turn(connection)
                declared = CreateColumn(column).compile(dialect=engine.dialect)
                connection.exec_driver_sql(f"alter table {engine.dialect.identifier_preparer.format_table(table)} add column {declared}")
        except DatabaseError:
            if column.name not in _columns(engine, table):  # else another process was faster
                raise


def _columns(engine: Engine, table: Table) -> set[str]:
    return {each["name"] for each in inspect(engine).get_columns(table.name)}
