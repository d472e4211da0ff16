-- the violations as of the moment: those that need not be found anew, and the others
create or replace temp view kept_violations as
from staying_violations
union all by name
from found_violations;
