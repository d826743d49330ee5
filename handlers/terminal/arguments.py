"""The parser of `cleaned`'s arguments: its help and its errors are sentences, and it writes completions for shells."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from handlers.words import Words

SHELLS = ("bash", "zsh", "fish")
HIGHEST_PORT = 65_535
FILE, PATH = "FILE", "PATH"


class WrongUsage(Exception):
    """The message is a sentence; `command` is the one whose help to see."""

    def __init__(self, command: str, message: str) -> None:
        super().__init__(message)
        self.command = command


class Parser(argparse.ArgumentParser):
    """An argument parser whose help and errors are translated."""

    translate: Words

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            add_help=False, allow_abbrev=False, exit_on_error=False, formatter_class=_Formatter, **kwargs
        )
        self._positionals.title = self.translate("terminal-arguments")
        self._optionals.title = self.translate("terminal-options")
        self.add_argument("-h", "--help", action="help", help=self.translate("terminal-help"))

    def error(self, message: str) -> NoReturn:
        """Raises WrongUsage. argparse's message ends with `: name, name` for missing and for unknown arguments."""
        key = "terminal-missing" if "required" in message else "terminal-unknown"
        raise WrongUsage(self.prog, self.translate(key, names=message.rpartition(": ")[2]))

    def parse_known_args(self, *given: Any, **more: Any) -> Any:
        """Raises WrongUsage."""
        try:
            return super().parse_known_args(*given, **more)
        except argparse.ArgumentError as error:
            # What is left: a value for an option that takes none.
            text = self.translate("terminal-bad-value", name=error.argument_name or "")
            raise WrongUsage(self.prog, text) from None

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            self._refuse(action, "terminal-bad-choice", value=" ".join(str(value).split()))

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        if action.type is not port:
            return super()._get_value(action, arg_string)
        try:
            return port(arg_string)
        except ValueError:
            self._refuse(action, "terminal-bad-number", least="0", most=str(HIGHEST_PORT))

    def _match_argument(self, action: argparse.Action, arg_strings_pattern: str) -> int:
        try:
            n: int = super()._match_argument(action, arg_strings_pattern)
        except argparse.ArgumentError:
            self._refuse(action, "terminal-needs-choice" if action.choices else "terminal-needs-value")
        return n

    def _refuse(self, action: argparse.Action, key: str, **values: str) -> NoReturn:
        name = "/".join(action.option_strings) or str(action.metavar or action.dest)
        choices = ", ".join(map(str, action.choices or ()))
        raise WrongUsage(self.prog, self.translate(key, name=name, choices=choices, **values))


def port(text: str) -> int:
    """The number of a port; 0 for any that is free. Raises ValueError."""
    number = int(text)
    if not 0 <= number <= HIGHEST_PORT:
        raise ValueError
    return number


class PrintVersion(argparse.Action):
    """Prints the program's version, and ends."""

    def __init__(self, option_strings: Sequence[str], dest: str, **named: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **named)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  only here: --help is quick

        try:
            number = version("cleaned")
        except PackageNotFoundError:  # a checkout that is not installed
            number = "0"
        print(f"cleaned {number}")
        parser.exit()


class PrintCompletion(argparse.Action):
    """Prints what makes a shell complete commands, options and files, and ends."""

    def __call__(self, parser: argparse.ArgumentParser, _namespace: Any, values: Any, *_: Any) -> None:
        """`values` is the shell."""
        import shtab  # noqa: PLC0415  only here: --help is quick

        for action in _actions(parser):
            if action.metavar in (FILE, PATH):
                action.complete = shtab.FILE  # type: ignore[attr-defined]  # how shtab is told
        print(shtab.complete(parser, str(values)))
        parser.exit()


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(
            usage, actions, groups, f"{Parser.translate('terminal-usage')} " if prefix is None else prefix
        )


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The actions of the parser and of its commands."""
    for action in parser._actions:  # noqa: SLF001  argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command in dict.fromkeys(action.choices.values()):
                yield from _actions(command)
        else:
            yield action
