"""What several panes and reports say alike, in words."""
