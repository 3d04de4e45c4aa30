"""People's reading: a follower of the change feed with a database of its own, behind a guarded door for SQL."""
