"""`python3 -m handlers demo` does what `cleaned demo` does, and first the set-up that it needs."""

from handlers import bootstrap

if __name__ == "__main__":
    bootstrap.carry_on("handlers", bootstrap.RUN)
    import sys

    from handlers.cli import main

    sys.exit(main())
