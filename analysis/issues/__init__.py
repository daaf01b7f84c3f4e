"""The documented issue categories, each an incremental rule over the fold."""
