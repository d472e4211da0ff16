-- what transactions with open steps reach as of the moment; the replaced ones have other numbers, so they join nothing
create or replace temp table reach_recomputed as select transaction_no from reaching;
create or replace temp table recomputed_reach as from fresh_reach;

create or replace temp view reach as
from transaction_reach where transaction_no not in (from reach_recomputed)
union all by name
from recomputed_reach;
