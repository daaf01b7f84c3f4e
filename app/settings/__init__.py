"""What the user set: on the command line, in the environment, in a file. Never imports Textual."""
