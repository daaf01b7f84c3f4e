"""Ways through a trace: places that keys go to, letters to type, and back to where one was."""
