"""The prompt cache: where its boundary is, where it broke and why, and what that cost."""
