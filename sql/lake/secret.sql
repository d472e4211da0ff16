-- where the lake is: its catalogue by the secret that was said before, its data at {data}
create secret lake (
  type ducklake, metadata_path {options}, data_path {data}, metadata_parameters map {'TYPE': 'postgres', 'SECRET': 'catalogue_of_lake'});
