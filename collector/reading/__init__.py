"""Traces in: whole files, files that grow, folders of them; lines found, counted and remembered by position."""
