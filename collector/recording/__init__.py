"""Events out: what a program calls to leave a trace, and how its lines reach the file."""
