-- takes out what was computed anew and what is gone
delete from transaction_reach
where transaction_no in (from leaving) or transaction_no in (select transaction_no from reaching);
