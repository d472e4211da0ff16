"""Several processes, on one machine or many, that are one Syncline together: they share the state and the lake of records."""
