"""One module per log format: lines of it in, events out."""
