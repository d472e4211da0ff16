-- `troubled` once more, each group by supplier as well, so that what it holds up for one of them is summed the same way
create or replace temp table troubled as
select
  k.transaction_no, k.workflow, k.transaction_id, k.site, k.state, k.kind, k.milestone, k.error_class,
  concat_ws(chr(31), coalesce(k.signature, ''), coalesce(k.site, ''), f.partner) as group_key, k.since_ns
from keyed k
join open_now f using (transaction_no)
where f.partner is not null and k.kind <> 'violation'
