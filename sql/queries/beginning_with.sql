-- transactions whose id begins with the text, in capitals or not
select t.workflow, w.title, t.transaction_id, w.object_type, t.transaction_id as object_id, t.transaction_no, t.site
from facts t
join def_workflows w using (workflow)
where starts_with(lower(t.transaction_id), lower($text)) and t.transaction_id <> $text
order by t.start_ns desc, t.transaction_id, w.place
limit $limit
