"""The dashboard screen and what holds its panes together."""
