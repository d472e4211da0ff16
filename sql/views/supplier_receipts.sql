-- one row per receipt that a partner sent (997, CONTRL): whether a message could be read. It is never an answer, and counts as none
create or replace view supplier_receipts as
select event_no, event_ns, partner, site, is_error, error_code, error_text
from events
where partner is not null
  and (event_type = 'technical.receipt'
    or (is_error and (error_code like 'x12.997:%' or error_code like 'x12.999:%' or error_code like 'x12.ta1:%' or error_code like 'edifact.contrl:%')))
  and event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at') and may_see(site, null, partner);
