"""The wall: several sessions at once, a strip each."""
