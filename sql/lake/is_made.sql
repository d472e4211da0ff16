-- whether the tables are there that machines have in common: they are made at once
select 1 from duckdb_tables() where database_name = 'lake' and schema_name = 'main' and table_name = 'about'
