-- what is asked about suppliers and other partners since `from_ns`, of all or of the one `partner`: their transactions that began since then or are
-- open, the promised times that fell since then, the receipts, and the cases of the response (since `weeks_from_ns` if that is earlier)
-- asked by most of what follows, and planned each time: a tenth of it all
create or replace temp table watermarks as from watermarks;
create or replace temp table system_watermarks as from system_watermarks;

create or replace temp view partner_facts as
from open_now where partner is not null and (getvariable('partner') is null or partner = getvariable('partner'))
union all by name
from facts
where partner is not null and (getvariable('partner') is null or partner = getvariable('partner'))
  and start_ns >= getvariable('from_ns') and transaction_no not in (select transaction_no from open_now);

create or replace temp view partner_states as from states_of('partner_facts');

create or replace temp view asked_transactions as
select
  partner, workflow, transaction_id, site, status, is_open, is_unjudged, start_ns, last_event_ns, next_due_ns, transaction_no
from statuses_of('partner_states')
where is_open or start_ns >= getvariable('from_ns');

create or replace temp view asked_promises as
select *
from supplier_promises
where promised_ns >= getvariable('from_ns') and (getvariable('partner') is null or partner = getvariable('partner'));

create or replace temp view asked_receipts as
select *
from supplier_receipts
where event_ns >= getvariable('from_ns') and (getvariable('partner') is null or partner = getvariable('partner'));

create or replace temp view asked_answers as
select partner, from_ns, outcome, measured_ns
from measured_cases
where metric = 'supplier_response_cycle_time' and partner is not null
  and from_ns >= least(getvariable('from_ns'), coalesce(getvariable('weeks_from_ns'), getvariable('from_ns')))
  and (getvariable('partner') is null or partner = getvariable('partner'));
