"""What a dashboard shows: a trace kept up to date by a thread of its own, wherever its events come from."""
