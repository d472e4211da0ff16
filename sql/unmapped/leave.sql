-- of the records that say no event the newest `most` of each source and set of fields stay, and none of sets that are no longer counted
delete from unmapped_newest
where rowid in (
  select rowid from unmapped_newest
  qualify row_number() over (partition by source, shape order by recorded_ns desc, position desc) > $most)
  or (source, shape) not in (select (source, shape) from unmapped_records)
