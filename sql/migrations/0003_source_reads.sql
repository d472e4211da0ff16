-- When polled sources were read to their end. What lies in such a source is known up to then, less the time its rows may take to appear.

create table source_reads (
  source      varchar not null,
  read_ns     bigint  not null,          -- when the read began
  recorded_ns bigint  not null
);
