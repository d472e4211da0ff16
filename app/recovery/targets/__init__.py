"""Where recoveries send to: real endpoints, topics, tables and folders."""
