"""Widgets of our own, drawn line by line so that a million rows cost what a thousand do."""
