"""The dashboard without a terminal, and the pictures and recordings that are taken of it."""
