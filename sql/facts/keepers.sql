-- one row per transaction: whose working time counts for it, at the site and at the supplier
create or replace temp table keepers as
select
  t.transaction_no, t.workflow,
  coalesce(s.keeper, '') as keeper,
  coalesce(p.keeper, s.keeper, '') as supplier_keeper
from stated t
left join def_sites s on s.site = t.site
left join def_partners p on p.partner = t.partner
