-- what needs somebody as of the moment: both lists of groups are made of it
create or replace temp table cases_now as from open_cases
