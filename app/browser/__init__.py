"""The session browser: the traces of folders as a table."""
