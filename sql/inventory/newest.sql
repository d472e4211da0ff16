-- the newest pair of snapshots of each site, and between which moments they lie: what differs only before or after them is not even read
create or replace temp table newest_pairs as from stock_pairs where is_newest;
create or replace temp table newest_lines as from lines_of('newest_pairs');
set variable stock_from_ns = (select min(pair_ns) from newest_pairs);
set variable stock_to_ns = (select max(pair_ns) from newest_pairs);

-- the postings that stood alone at some moment between
create or replace temp table stock_passing as
select p.* exclude (event_no), e.* exclude (event_no, event_ns, attempt, event_id, idempotency_key)
from stock_passages p
join stock_postings e using (event_no)
where p.from_ns <= getvariable('stock_to_ns') and p.until_ns > getvariable('stock_from_ns')
