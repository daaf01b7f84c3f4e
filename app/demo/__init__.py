"""A scripted agent that records a live session, for a first look without an agent of one's own."""
