"""One line for people about every event."""
