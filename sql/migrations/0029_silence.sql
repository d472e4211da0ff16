-- When a feed is silent: how long it usually says nothing is kept with what came from it.

-- after so much working time without anything a source's feeds are silent; null: as their own gaps say
alter table def_sources add column silent_after_ns bigint;

-- one row per source, system and site and stretch of five minutes (its number since 1970) in which something of it took effect
create table feed_pulses (
  source varchar not null,
  system varchar not null,               -- '' when nobody says, as in feeds
  site   varchar not null,
  pulse  bigint  not null
);

-- one row per source, system and site that has come more than once: how long it says nothing
create table feed_gaps (
  source   varchar not null,
  system   varchar not null,
  site     varchar not null,
  gaps     bigint  not null,             -- so many, of the four weeks before its newest event
  usual_ns bigint  not null              -- 99 in 100 of them are not longer, in working time
);

delete from meta where key = 'definitions';
