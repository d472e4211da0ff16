-- What refresh fills: the definitions as tables, and per transaction what changes only when events arrive.
-- Whatever depends on the moment alone (missing, failed by grace, overdue) is a view over these; nothing has to run for time to pass.

-- one row per workflow; steps are its milestones in order, step numbers from 1
create table def_workflows (
  workflow       varchar not null,
  title          varchar not null,
  object_type    varchar not null,
  criticality    varchar not null,
  owner          varchar,
  grace_ns       bigint  not null,
  place          integer not null,       -- its place in the configuration
  steps          struct(
                   step integer, milestone varchar, event_type varchar, system varchar, after_step integer, is_required boolean,
                   within varchar, within_ns bigint, within_days integer, is_working boolean, by_field varchar, until_field varchar, open_ended varchar,
                   -- working days have the length that the site's calendar gives them: then within_days is set and within_ns is not
                   dependents integer[]  -- the steps that depend on it through any chain
                 )[] not null,
  pace_step      integer                 -- the step whose lag stands for the workflow: its first with a deadline by the clock, else its first with any
);

-- one row per (event type, system) that a workflow listens to; step 0 cancels
create table def_steps (
  workflow    varchar not null,
  object_type varchar not null,
  step        integer not null,
  event_type  varchar not null,
  system      varchar not null,
  adds_up     boolean not null           -- until: ordered_quantity
);

-- one row per workflow and related type
create table def_related (
  workflow     varchar not null,
  object_type  varchar not null,         -- the workflow's own
  related_type varchar not null
);

-- one row per site, and one with the empty name for what has none (the enterprise)
create table def_sites (
  site     varchar not null,
  timezone varchar not null,
  day_ns   bigint  not null              -- the length of its working day
);

-- one row per source: whether its feed is always known to be complete, else how long its events may take
create table def_sources (
  source      varchar not null,
  is_complete boolean not null,
  lateness_ns bigint  not null
);

-- one row per stretch of working time of a site, without gaps between first and last day kept
create table working_time (
  site      varchar not null,
  opens_ns  bigint  not null,
  closes_ns bigint  not null,
  before_ns bigint  not null             -- working time of all stretches before it
);

-- one row per event, and per other span with status ERROR, that names no object itself
create table nameless (
  span_no         bigint,                -- of the span, when it is no event
  event_no        bigint,                -- of the event
  climbs_from     varchar,               -- the span at which looking for a name begins: its parent, of a log record the span it belongs to
  own_span_id     varchar,               -- whose links count
  trace_id        varchar,
  message_id      varchar,
  conversation_id varchar,
  is_failure      boolean not null,
  recorded_ns     bigint  not null
);

-- one row per nameless thing and object it takes over: from its nearest ancestor span that names some, else the spans it links to,
-- else the spans with the same message or conversation
create table placements (
  span_no     bigint,
  event_no    bigint,
  object_type varchar not null,
  object_id   varchar not null
);

-- one row per id that is joined with others, the canonical one included
create table aliases (
  object_type  varchar not null,
  object_id    varchar not null,
  canonical_id varchar not null          -- the smallest id of those joined, compared as text
);

-- one row per source, system and site: what has come from there
create table feeds (
  source             varchar not null,
  system             varchar not null,
  site               varchar not null,   -- '' when nobody says
  events             bigint  not null,
  first_event_ns     bigint  not null,
  newest_event_ns    bigint  not null,
  newest_recorded_ns bigint  not null
);

-- one row per event and object it names or takes over, under the object's canonical name
create table object_names (
  event_no    bigint  not null,
  object_key  ubigint not null,          -- 64 bits of a hash of type and id: finding one object among millions compares eight bytes a row
  object_type varchar not null,
  object_id   varchar not null
);

-- one row per transaction: what its events say, whatever the moment
create table transaction_facts (
  transaction_no      bigint  not null,  -- given anew whenever it is computed; joins it to its open steps
  workflow            varchar not null,
  transaction_id      varchar not null,
  site                varchar,
  start_ns            bigint  not null,
  last_event_ns       bigint  not null,
  failed_attempts     integer not null,
  is_cancelled        boolean not null,
  is_abandoned        boolean not null,
  is_complete         boolean not null,  -- all required milestones are reached
  is_late             boolean not null,
  is_inconsistent     boolean not null,
  is_self_healed      boolean not null,
  is_recovered        boolean not null,
  has_open_errors     boolean not null,  -- an unreached milestone has error events
  late                varchar[] not null, -- milestones reached after their due time, sorted
  pace_reached_ns     bigint,            -- of the milestone by which its workflow's pace is shown: when it was reached, how long it took
  pace_ns             bigint,
  steps               struct(            -- read for one transaction or a whole export only; lists and pages do without
                        milestone varchar, system varchar, is_required boolean,
                        opened_ns bigint, reached_ns bigint, due_ns bigint, behind_ns bigint, failed_from_ns bigint,
                        is_late boolean, attempts integer, first_error_ns bigint, last_error_ns bigint, error_class varchar,
                        is_self_healed boolean, is_recovered boolean
                      )[] not null       -- in workflow order
);

-- one row per unreached step that is waited for, overtaken or failing, of transactions that are not cancelled. Everything that depends
-- on the moment is decided here, and it is few: what is settled has no row
create table transaction_open_steps (
  transaction_no  bigint  not null,
  step            integer not null,
  milestone       varchar not null,
  system          varchar not null,
  site            varchar,
  is_required     boolean not null,
  opened_ns       bigint,                -- its expectation is open since then
  due_ns          bigint,
  behind_ns       bigint,                -- something that depends on it was reached then
  failed_from_ns  bigint,                -- it is failed at every moment after this
  first_error_ns  bigint,
  last_error_ns   bigint,
  error_class     varchar                -- of its latest error
);
