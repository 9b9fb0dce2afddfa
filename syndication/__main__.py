"""`python -m syndication` is the command line."""

from syndication.cli import main

if __name__ == "__main__":
    main()
