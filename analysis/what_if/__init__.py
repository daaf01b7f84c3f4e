"""What a session's bill would have been, had some one thing been otherwise."""
