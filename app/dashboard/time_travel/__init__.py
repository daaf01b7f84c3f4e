"""Time travel: the panes as of an earlier event, by keys or played at a pace."""
