"""Bookmarks: what people say of events, kept in a file beside the trace."""
