"""`python -m tracetop`."""

from .app.cli import main

if __name__ == "__main__":
    main()
