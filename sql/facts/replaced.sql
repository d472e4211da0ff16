-- the rows of `stated_exactly` in the place of those before
delete from stated where transaction_no in (select transaction_no from stated_exactly);
insert into stated by name from stated_exactly;
