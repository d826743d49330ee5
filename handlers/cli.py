"""The console script `cleaned`: what was asked for, and what the exit status says.

Exit status: 0 done, 1 the work failed, 2 wrong use, 130 interrupted. Errors are one line on standard error, in the
language of `LC_ALL`, `LC_MESSAGES` or `LANG`. Everything is imported late, so that `--help` comes at once.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from handlers.words import Words, language_for, words

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
# Long work makes many rows that live a little while, and Python would look through all that is loaded, again and again.
SELDOM = (50_000, 20, 100)
STATUSES = ("subscribed", "unsubscribed", "nonsubscribed", "pending", "cleaned")


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; returns the exit status."""
    gc.set_threshold(*SELDOM)
    language = language_of(os.environ)
    told = Words(language, only="terminal")
    try:
        chosen = _parsed(told, sys.argv[1:] if arguments is None else arguments)
        status: int = chosen.run(chosen, language)
        sys.stdout.flush()
    except _WrongUse as wrong:
        _complain(told("terminal-see-help", fault=str(wrong), command=wrong.command))
        return WRONG_USE
    except BrokenPipeError:
        # Whoever read our output has enough of it. Python would complain while it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt as interrupt:
        _complain(told(str(interrupt) or "terminal-interrupted"))
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  whatever it is, the person gets one line
        _complain(_sentence(language, error))
        return FAILED
    return status


def language_of(environment: Mapping[str, str]) -> str:
    """`en` or `fr`, by the locale that the environment names."""
    found = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return language_for(found.partition(".")[0].replace("_", "-"))


def parser(told: Words) -> argparse.ArgumentParser:
    """What can be asked of `cleaned`."""
    _Parser.told = told
    made = _Parser(prog="cleaned", description=told("terminal-about"))
    made.add_argument(
        "--version", action="version", version=f"cleaned {_version()}", help=told("terminal-version")
    )
    commands = made.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title=told("terminal-commands")
    )
    for name, (run, fill) in _COMMANDS.items():
        about = told(f"terminal-about-{name}")
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        fill(command, told)
    return made


class _WrongUse(Exception):
    def __init__(self, command: str, fault: str) -> None:
        super().__init__(fault)
        self.command = command


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(
            usage, actions, groups, f"{_Parser.told('terminal-usage')} " if prefix is None else prefix
        )


class _Parser(argparse.ArgumentParser):
    """argparse, in our words: its help and its complaints."""

    told: Words

    def __init__(self, **given: Any) -> None:
        super().__init__(
            add_help=False, allow_abbrev=False, exit_on_error=False, formatter_class=_Formatter, **given
        )
        self._positionals.title = self.told("terminal-arguments")
        self._optionals.title = self.told("terminal-options")
        self.add_argument("-h", "--help", action="help", help=self.told("terminal-help"))

    def error(self, message: str) -> NoReturn:
        """Argparse says `…: name, name` of what is missing or unknown."""
        missing = "required" in message
        names = message.rpartition(": ")[2]
        raise _WrongUse(
            self.prog, self.told("terminal-missing" if missing else "terminal-unknown", names=names)
        )


def _parsed(told: Words, arguments: Sequence[str]) -> argparse.Namespace:
    try:
        return parser(told).parse_args(arguments)
    except argparse.ArgumentError as error:
        command = (
            " ".join(["cleaned", *arguments[:1]])
            if arguments[:1] and arguments[0] in _COMMANDS
            else "cleaned"
        )
        raise _WrongUse(command, told("terminal-bad-value", name=error.argument_name or "")) from None


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cleaned")
    except PackageNotFoundError:  # a checkout that isn't installed
        return "0"


def _for_demo(command: argparse.ArgumentParser, told: Words) -> None:
    command.add_argument("--port", type=int, default=0, metavar="N", help=told("terminal-port"))
    command.add_argument(
        "--import", dest="files", nargs="+", default=[], metavar="FILE", help=told("terminal-own")
    )
    command.add_argument("--audience", metavar="NAME", help=told("terminal-own-audience"))
    command.add_argument("--mailchimp", action="store_true", help=told("terminal-demo-mailchimp"))
    command.add_argument("--no-browser", action="store_true", help=told("terminal-no-browser"))


def _for_import(command: argparse.ArgumentParser, told: Words) -> None:
    command.add_argument("files", nargs="+", metavar="FILE", help=told("terminal-files"))
    command.add_argument("--audience", required=True, metavar="NAME", help=told("terminal-into"))
    command.add_argument("--status", choices=STATUSES, default="nonsubscribed", help=told("terminal-status"))
    command.add_argument("--refused", metavar="PATH", help=told("terminal-refused-path"))


def _for_counts(command: argparse.ArgumentParser, told: Words) -> None:
    command.add_argument("--audience", metavar="NAME", help=told("terminal-of"))
    command.add_argument("--json", action="store_true", help=told("terminal-json"))


def _for_export(command: argparse.ArgumentParser, told: Words) -> None:
    command.add_argument("--audience", required=True, metavar="NAME", help=told("terminal-of"))
    command.add_argument("-o", "--output", metavar="FILE", help=told("terminal-output"))


def _for_bounces(command: argparse.ArgumentParser, told: Words) -> None:
    command.add_argument("paths", nargs="*", metavar="PATH", help=told("terminal-bounces-paths"))
    command.add_argument("--audience", metavar="NAME", help=told("terminal-bounces-of"))
    command.add_argument("--aside", metavar="FILE", help=told("terminal-bounces-aside"))


def _for_sync(command: argparse.ArgumentParser, told: Words) -> None:
    command.add_argument("--audience", metavar="NAME", help=told("terminal-sync-of"))


def _for_check(command: argparse.ArgumentParser, told: Words) -> None:
    command.add_argument("--webhooks", action="store_true", help=told("terminal-check-webhooks"))
    command.add_argument("--deep", action="store_true", help=told("terminal-check-deep"))
    command.add_argument("--mend", action="store_true", help=told("terminal-check-mend"))


def _nothing(_command: argparse.ArgumentParser, _told: Words) -> None:
    """The command takes no arguments."""


def _demo(chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal import demo

    return demo.run(
        words(language),
        port=chosen.port,
        files=chosen.files,
        audience=chosen.audience,
        mailchimp=chosen.mailchimp,
        browser=not chosen.no_browser,
    )


def _run(_chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal import running

    return running.run(words(language))


def _import(chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal import imports

    return imports.run(
        words(language),
        files=chosen.files,
        audience=chosen.audience,
        status=chosen.status,
        refused=chosen.refused,
    )


def _counts(chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal import counts

    return counts.run(words(language), audience=chosen.audience, as_json=chosen.json)


def _export(chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal import exports

    return exports.run(words(language), audience=chosen.audience, output=chosen.output)


def _bounces(chosen: argparse.Namespace, language: str) -> int:
    if not chosen.paths and chosen.aside is None:
        raise _WrongUse(
            "cleaned bounces", Words(language, only="terminal")("terminal-missing", names="PATH, --aside")
        )
    from handlers.terminal import bounces

    return bounces.run(words(language), paths=chosen.paths, audience=chosen.audience, aside=chosen.aside)


def _sync(chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal import sync

    return sync.run(words(language), audience=chosen.audience)


def _check(chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal.checks import command as check

    deep = chosen.deep or chosen.mend
    return check.run(words(language), webhooks=chosen.webhooks, deep=deep, mend=chosen.mend)


def _migrate(_chosen: argparse.Namespace, language: str) -> int:
    from handlers.terminal import running

    return running.migrate(words(language))


_Run = Callable[[argparse.Namespace, str], int]
_Fill = Callable[[argparse.ArgumentParser, Words], None]
_COMMANDS: Mapping[str, tuple[_Run, _Fill]] = {
    "demo": (_demo, _for_demo),
    "run": (_run, _nothing),
    "import": (_import, _for_import),
    "counts": (_counts, _for_counts),
    "export": (_export, _for_export),
    "bounces": (_bounces, _for_bounces),
    "sync": (_sync, _for_sync),
    "check": (_check, _for_check),
    "migrate": (_migrate, _nothing),
}


def _sentence(language: str, error: Exception) -> str:
    from handlers.terminal import errors

    return errors.sentence(words(language), error)


def _complain(sentence: str) -> None:
    print(f"cleaned: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
