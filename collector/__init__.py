"""Events in and out: the schema, recording, reading and following traces."""
