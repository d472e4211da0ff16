-- what rule {rule} found, of what it has to be evaluated for
insert into fresh_violations by name
with
{relations},
found as (
  select {rule} as rule, {columns}
  from (
{statement}
  ) v
)
from found f
where f.from_ns is not null and {mine}
