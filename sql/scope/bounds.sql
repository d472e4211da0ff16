-- the first and the last moment of anything that counts
select
  least((select min(event_ns) from events), (select min(snapshot_ns) from stock_heads)),
  greatest((select max(event_ns) from events), (select max(snapshot_ns) from stock_heads))
