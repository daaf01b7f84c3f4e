"""The ribbon: the whole session on one line."""
