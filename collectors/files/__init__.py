"""Files: which file is which, growing ones line by line, whole documents, tables and Parquet."""
