"""The panes of the dashboard, one file each; those that take several have a folder."""
