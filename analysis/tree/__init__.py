"""The iteration tree: its shape, what each node took, in which order siblings stand."""
