-- What collectors fill: spans, log rows, events, stock snapshots, and what was refused.
-- Instants are whole nanoseconds since 1970-01-01 UTC (BIGINT, `_ns`): OTLP sends them so, no float or time zone can bend them,
-- and comparing integers is the cheapest thing DuckDB does. Pages and exports turn them into times at the edge.
-- No keys and no sequences: the same statements run on DuckLake. The loader numbers rows and drops repeats by anti-join.

create table meta (
  key   varchar not null,
  value varchar
);

-- one row per span, business event or not
create table spans (
  span_no         bigint  not null,   -- running number in order of loading
  span_id         varchar not null,   -- trace id + span id, 48 lower-case hex digits
  id_hash         ubigint not null,   -- the span id's own 64 bits: finds repeats without comparing text
  trace_id        varchar not null,   -- 32 lower-case hex digits
  parent_id       varchar,            -- trace id + parent span id; null for a root
  name            varchar not null,
  kind            tinyint not null,   -- OTLP numbers: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer
  start_ns        bigint  not null,
  end_ns          bigint  not null,
  is_error        boolean not null,   -- status ERROR
  status_message  varchar,
  service         varchar,            -- service.name of the resource
  system          varchar,            -- role: erp, mes …
  system_name     varchar,            -- instance: SAP-S4-PRD
  site            varchar,
  operation       varchar,            -- messaging.operation.type, older names mapped: create, send, receive, process, settle
  destination     varchar,            -- messaging.destination.name
  message_id      varchar,
  conversation_id varchar,
  is_event        boolean not null,   -- carries an event type, so it has a row in events under the same event_id
  attributes      varchar not null,   -- JSON object
  resource        varchar not null,   -- JSON object: attributes of the resource
  scope           varchar,            -- name of the instrumentation scope
  span_events     varchar not null,   -- JSON array of {name, time_ns, attributes}
  source          varchar not null,
  position        varchar not null,
  recorded_ns     bigint  not null
);

-- one row per link of a span
create table span_links (
  span_no        bigint  not null,
  span_id        varchar not null,
  linked_span_id varchar not null
);

-- one row per object that a span names itself
create table span_objects (
  span_no     bigint  not null,
  span_id     varchar not null,
  object_type varchar not null,
  object_id   varchar not null        -- canonical
);

-- one row per log record, business event or not
create table log_rows (
  log_no          bigint  not null,
  log_id          varchar not null,   -- source:position
  identity        varchar not null,   -- content hash, 32 hex digits
  id_hash         ubigint not null,   -- its first 64 bits
  log_ns          bigint  not null,
  severity        tinyint not null,
  event_name      varchar,
  body            varchar,
  span_id         varchar,            -- trace id + span id when both are valid
  trace_id        varchar,
  service         varchar,
  system          varchar,
  system_name     varchar,
  site            varchar,
  is_event        boolean not null,
  attributes      varchar not null,
  resource        varchar not null,
  scope           varchar,
  source          varchar not null,
  position        varchar not null,
  recorded_ns     bigint  not null
);

-- one row per event: one thing that one system did to one or more business objects at one time
create table events (
  event_no         bigint  not null,  -- running number in order of loading
  event_id         varchar not null,  -- span: trace id + span id; log record or row: source:position. Orders ties, compared as text
  identity         varchar not null,  -- what makes it the same event again: span id, content hash of a log record, source:position of a row
  id_hash          ubigint not null,
  source           varchar not null,
  position         varchar not null,
  recorded_ns      bigint  not null,
  event_ns         bigint  not null,  -- when it took effect
  event_type       varchar not null,
  system           varchar,           -- role
  system_name      varchar,
  site             varchar,
  is_error         boolean not null,
  attempt          integer not null,  -- 1 when nobody says
  dead_letter      boolean not null,
  idempotency_key  varchar,
  error_class      varchar,           -- null for ok events
  error_code       varchar,           -- system:code
  error_type       varchar,
  error_text       varchar,
  item             varchar,
  location         varchar,
  batch            varchar,
  stock_status     varchar,
  quantity         decimal(18, 6),
  uom              varchar,
  ordered_quantity decimal(18, 6),
  value            decimal(18, 6),
  currency         varchar,
  due_ns           bigint,            -- mfg.due_time: wanted by
  promised_ns      bigint,            -- mfg.promised_time: promised for
  partner          varchar,
  customer         varchar,
  work_center      varchar,
  schema_version   varchar,
  payload_ref      varchar,
  payload_digest   varchar,
  recovery_id      varchar,
  trace_id         varchar,
  span_id          varchar,           -- trace id + span id of the span it was, or of the span its log record belongs to
  message_id       varchar,
  conversation_id  varchar
);

-- one row per object that an event names itself
create table event_objects (
  event_no    bigint  not null,
  object_type varchar not null,
  object_id   varchar not null        -- canonical
);

-- one row per line of a stock snapshot
create table stock_snapshots (
  snapshot_ns  bigint  not null,
  system       varchar not null,
  site         varchar not null,
  location     varchar not null,
  item         varchar not null,
  batch        varchar not null,      -- '' for stock without one
  stock_status varchar not null,
  quantity     decimal(18, 6) not null,
  uom          varchar,
  source       varchar not null,
  position     varchar not null,
  recorded_ns  bigint  not null
);

-- one row per thing of our own intake that could not be understood
create table rejected (
  source      varchar not null,
  position    varchar not null,
  part        varchar not null,       -- file, line, row, request, span, log, event
  reason      varchar not null,       -- a sentence
  excerpt     varchar,                -- the beginning of what was found
  recorded_ns bigint  not null
);

-- one row per stream of a source: how far it has been read (also found in the journal; kept here so that nobody must look there)
create table source_positions (
  source      varchar not null,
  stream      varchar not null,       -- a file, a topic partition, a table
  position    varchar not null,       -- JSON, the source's own
  records     bigint  not null,
  read_ns     bigint  not null
);
