-- What comparing the stock of two systems needs: its definitions, and per movement what makes their quantities differ, and when.

-- one row: whose stock is compared
create table def_inventory (
  reference_system varchar not null,
  other_system     varchar not null,
  gap_ns           bigint  not null,     -- snapshots further apart are not comparable
  currency         varchar               -- of all values
);

-- one row per ABC class with a tolerance, and one with the empty name for all others
create table def_tolerances (
  abc_class varchar        not null,
  tolerance decimal(9, 6)  not null      -- share of the reference's quantity
);

-- one row per item that something is known of
create table def_items (
  item      varchar not null,
  abc_class varchar,
  value     decimal(18, 6),              -- of one base unit
  base_uom  varchar                      -- of items with units of their own
);

-- one row per unit that can be converted: of an item with units of its own, or ('') of all others
create table def_units (
  item     varchar        not null,
  uom      varchar        not null,
  base_uom varchar        not null,
  factor   decimal(18, 9) not null
);

-- one row per movement, stock key and reason for which the two systems differ from a moment on: a posting of one side alone, a quantity that
-- is not the same, a posting again
create table transaction_stock_causes (
  transaction_no bigint  not null,
  cause          varchar not null,       -- one_sided, quantity, duplicated
  is_reference   boolean not null,       -- whose posting it is; of a quantity that differs, false
  site           varchar not null,
  location       varchar not null,
  item           varchar not null,
  batch          varchar not null,
  stock_status   varchar not null,
  quantity       decimal(38, 6),         -- other − reference, in the base unit; null when a unit cannot be converted
  base_uom       varchar,                -- null: nobody named a unit
  from_ns        bigint  not null,       -- at this moment and later …
  until_ns       bigint,                 -- … but before this one; null: for good
  failed_ns      bigint,                 -- of one side alone: the first failed attempt of the other
  lost_after_ns  bigint                  -- of one side alone: later than this it is lost; null: never
);

-- one row per movement that both sides posted alike, one later than the other: between the two moments the first stands alone. Nearly all
-- movements are such, and nearly always nothing asks for them, so what was moved stays in its event
create table transaction_stock_passages (
  transaction_no bigint  not null,
  is_reference   boolean not null,       -- who posted first
  from_ns        bigint  not null,
  until_ns       bigint  not null,
  event_no       bigint  not null,       -- of the first posting
  failed_ns      bigint,
  lost_after_ns  bigint
);

-- one row per snapshot: when its lines were recorded
create table stock_heads (
  site               varchar not null,
  system             varchar not null,
  snapshot_ns        bigint  not null,
  first_recorded_ns  bigint  not null,
  newest_recorded_ns bigint  not null
);

-- one row per pair of snapshots, location and ABC class: how its keys fare, and what they are apart by. Snapshots do not change: they are
-- compared once
create table stock_counts (
  site               varchar not null,
  reference_ns       bigint  not null,
  other_ns           bigint  not null,
  newest_recorded_ns bigint  not null,   -- of the lines of both
  location           varchar,            -- null, with nothing counted, where no key is compared
  abc_class          varchar,
  good               bigint  not null,
  bad                bigint  not null,
  not_comparable     bigint  not null,
  apart              decimal(38, 12),    -- Σ |other − reference|, in base units
  there              decimal(38, 12),    -- Σ |reference|
  apart_value        decimal(38, 12),    -- the same in value, of items whose value is known
  there_value        decimal(38, 12),
  overstated         decimal(38, 12),    -- unrestricted stock that the other system has and the reference has not: promised, and not there
  understated        decimal(38, 12),
  overstated_value   decimal(38, 12),
  understated_value  decimal(38, 12)
);

delete from meta where key = 'definitions';
