"""`python3 -m handlers demo` sets up the environment if needed, then does what `cleaned demo` does."""

from handlers import bootstrap

if __name__ == "__main__":
    bootstrap.ensure_environment("handlers", bootstrap.RUN)
    import sys

    from handlers.cli import main

    sys.exit(main())
