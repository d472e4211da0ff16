-- which lake this is
select value from about where name = 'lake'
