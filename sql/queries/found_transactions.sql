-- one row per transaction whose object, or an object linked to it, has this id
select h.workflow, w.title, h.transaction_id, min_by(h.object_type, h.way) as object_type, min_by(h.object_id, h.way) as object_id, t.status, t.site
from transactions_naming($text) h
join def_workflows w using (workflow)
join transactions t using (workflow, transaction_id)
group by h.workflow, w.title, h.transaction_id, t.status, t.site, w.place
order by min(h.way), w.place, h.transaction_id
limit $limit
