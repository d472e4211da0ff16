-- all facts again
drop {kind} temp.settled_cases;
drop view temp.facts;
drop view temp.measures;
drop view temp.open_steps;
