"""The commands of the command line, a room each for reports, pictures and screens, and upkeep."""
