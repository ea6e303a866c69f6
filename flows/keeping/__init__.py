"""Care of what is kept: the object store, backups, the proofs of the log, trust material."""
