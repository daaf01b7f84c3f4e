"""The timeline: every call and event on a line, with its bar on an axis of time if wanted."""
