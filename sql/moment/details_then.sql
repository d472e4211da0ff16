-- what hangs on the facts as of the moment
create or replace temp table recomputed_{detail} as from fresh_{detail};

create or replace temp view {detail} as
from transaction_{detail} where transaction_no not in (from replaced)
union all by name
from recomputed_{detail};
