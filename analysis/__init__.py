"""What a trace means: pure computation over events, no I/O, no clock, no widgets."""
