"""The inspector: everything about one event or one issue, as entries that unfold."""
