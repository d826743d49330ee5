"""The console script `cleaned`: parses the arguments, runs the command, returns the exit status.

Exit status: 0 success, 1 failure, 2 wrong usage, 130 interrupted. Errors are one line on standard error, in the
language of `LC_ALL`, `LC_MESSAGES` or `LANG`. Commands are imported when they run, so that `--help` is quick.
"""

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from bot.core.errors import Faults
from handlers.terminal.arguments import (
    FILE,
    PATH,
    SHELLS,
    Parser,
    PrintCompletion,
    PrintVersion,
    WrongUsage,
    port,
)
from handlers.words import Words, language_for, words

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
# Long jobs allocate many short-lived rows. Python's own thresholds would have the garbage collector traverse all loaded
# modules again and again.
GC_THRESHOLDS = (50_000, 20, 100)
# How long a thread keeps Python to itself while others wait for it. With Python's own 5 ms, an import takes a tenth longer:
# the thread that stores rows waits for the one that reads them after each statement.
SWITCH_SECONDS = 0.001
PROVIDERS = ("ses", "sendgrid", "postmark", "mailgun", "brevo")
STATUSES = ("subscribed", "unsubscribed", "nonsubscribed", "pending", "cleaned")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that the arguments name; returns the exit status."""
    gc.set_threshold(*GC_THRESHOLDS)
    sys.setswitchinterval(SWITCH_SECONDS)
    # Else all that is loaded is traversed once more at the end: a tenth of a second.
    atexit.register(gc.freeze)
    language = language_of(os.environ)
    translate = Words(language, only="terminal")
    try:
        options = build_parser(translate).parse_args(arguments)
        if workspace := getattr(options, "workspace", None):
            os.environ["CLEANED_WORKSPACE"] = workspace  # the setting, for this command
        status: int = options.run(options, language)
        sys.stdout.flush()
    except WrongUsage as error:
        _print_error(translate("terminal-see-help", fault=str(error), command=error.command))
        return WRONG_USE
    except BrokenPipeError:
        # The reader of the output has closed it. Without this, Python would report an error when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt as interrupt:
        _print_error(translate(str(interrupt) or "terminal-interrupted"))
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  any error is reported as one line
        for each in error.faults if isinstance(error, Faults) else (error,):
            _print_error(_error_sentence(language, each))
        return FAILED
    return status


def language_of(environment: Mapping[str, str]) -> str:
    """`en` or `fr`, from the locale that the environment names."""
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return language_for(locale.partition(".")[0].replace("_", "-"))


def build_parser(translate: Words) -> argparse.ArgumentParser:
    """The parser of all commands and their options."""
    Parser.translate = translate
    parser = Parser(prog="cleaned", description=translate("terminal-about"))
    parser.add_argument(
        "--version",
        action=PrintVersion,
        help=translate("terminal-version"),
    )
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        choices=SHELLS,
        metavar="SHELL",
        help=translate("terminal-completion", shells=", ".join(SHELLS)),
    )
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title=translate("terminal-commands")
    )
    for name, (run, add_options) in _COMMANDS.items():
        about = translate(f"terminal-about-{name}")
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        add_options(command, translate)
        if name in _OF_A_WORKSPACE:
            command.add_argument("--workspace", metavar="ID", help=translate("terminal-workspace-of"))
    return parser


def _add_demo_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--port", type=port, default=0, metavar="N", help=translate("terminal-port"))
    command.add_argument(
        "--import", dest="files", nargs="+", default=[], metavar=FILE, help=translate("terminal-own")
    )
    command.add_argument("--audience", metavar="NAME", help=translate("terminal-own-audience"))
    command.add_argument("--mailchimp", action="store_true", help=translate("terminal-demo-mailchimp"))
    command.add_argument("--no-browser", action="store_true", help=translate("terminal-no-browser"))


def _add_import_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("files", nargs="+", metavar=FILE, help=translate("terminal-files"))
    command.add_argument("--audience", required=True, metavar="NAME", help=translate("terminal-into"))
    command.add_argument(
        "--status", choices=STATUSES, default="nonsubscribed", help=translate("terminal-status")
    )
    command.add_argument("--refused", metavar=PATH, help=translate("terminal-refused-path"))
    _add_json(command, translate)


def _add_counts_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--audience", metavar="NAME", help=translate("terminal-of"))
    _add_json(command, translate)


def _add_export_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--audience", required=True, metavar="NAME", help=translate("terminal-of"))
    command.add_argument("-o", "--output", metavar=FILE, help=translate("terminal-output"))
    command.add_argument("--excel", action="store_true", help=translate("terminal-excel"))
    _add_json(command, translate)


def _add_bounces_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("paths", nargs="*", metavar=PATH, help=translate("terminal-bounces-paths"))
    command.add_argument("--audience", metavar="NAME", help=translate("terminal-bounces-of"))
    command.add_argument("--aside", metavar=FILE, help=translate("terminal-bounces-aside"))
    command.add_argument(
        "--from", dest="provider", choices=PROVIDERS, help=translate("terminal-bounces-from")
    )
    _add_json(command, translate)


def _add_sync_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--audience", metavar="NAME", help=translate("terminal-sync-of"))
    _add_json(command, translate)


def _add_check_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--webhooks", action="store_true", help=translate("terminal-check-webhooks"))
    command.add_argument("--deep", action="store_true", help=translate("terminal-check-deep"))
    command.add_argument("--mend", action="store_true", help=translate("terminal-check-mend"))
    _add_json(command, translate)


def _add_workspaces_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--erase", metavar="ID", help=translate("terminal-workspace-erase"))
    command.add_argument("--renew-keys", action="store_true", help=translate("terminal-renew-keys"))
    _add_json(command, translate)


def _add_json(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--json", action="store_true", help=translate("terminal-json"))


def _add_forget_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("address", metavar="ADDRESS", help=translate("terminal-address"))
    command.add_argument("--lift", action="store_true", help=translate("terminal-forget-lift"))


def _add_person_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("address", metavar="ADDRESS", help=translate("terminal-address"))
    command.add_argument("--json", action="store_true", help=translate("terminal-person-json"))


def _add_spread_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--sql", action="store_true", help=translate("terminal-spread-sql"))


def _add_manifest_options(command: argparse.ArgumentParser, translate: Words) -> None:
    command.add_argument("--json", action="store_true", help=translate("terminal-manifest-json"))


def _add_no_options(_command: argparse.ArgumentParser, _translate: Words) -> None:
    """For commands without options."""


def _demo(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import demo

    return demo.run(
        words(language),
        port=options.port,
        files=options.files,
        audience=options.audience,
        mailchimp=options.mailchimp,
        browser=not options.no_browser,
    )


def _run(_options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import running

    return running.run(words(language))


def _import(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import imports

    return imports.run(
        words(language),
        files=options.files,
        audience=options.audience,
        status=options.status,
        refused=options.refused,
        as_json=options.json,
    )


def _counts(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import counts

    return counts.run(words(language), audience=options.audience, as_json=options.json)


def _export(options: argparse.Namespace, language: str) -> int:
    if options.json and options.output is None:
        missing = Words(language, only="terminal")("terminal-missing", names="-o/--output")
        raise WrongUsage("cleaned export", missing)
    from handlers.terminal import exports

    return exports.run(
        words(language),
        audience=options.audience,
        output=options.output,
        for_excel=options.excel,
        as_json=options.json,
    )


def _bounces(options: argparse.Namespace, language: str) -> int:
    translate = Words(language, only="terminal")
    if options.provider:
        others = [*options.paths, *(["--aside"] if options.aside is not None else [])]
        if others:
            raise WrongUsage("cleaned bounces", translate("terminal-unknown", names=", ".join(others)))
        from handlers.terminal import suppressions

        return suppressions.run(
            words(language), provider=options.provider, audience=options.audience, as_json=options.json
        )
    if not options.paths and options.aside is None:
        message = translate("terminal-missing", names="PATH, --aside, --from")
        raise WrongUsage("cleaned bounces", message)
    from handlers.terminal import bounces

    return bounces.run(
        words(language),
        paths=options.paths,
        audience=options.audience,
        aside=options.aside,
        as_json=options.json,
    )


def _sync(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import sync

    return sync.run(words(language), audience=options.audience, as_json=options.json)


def _check(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal.checks import command

    deep = options.deep or options.mend
    return command.run(
        words(language), webhooks=options.webhooks, deep=deep, mend=options.mend, as_json=options.json
    )


def _forget(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import privacy

    return privacy.run_forget(words(language), address=options.address, lift=options.lift)


def _person(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import privacy

    return privacy.run_person(words(language), address=options.address, as_json=options.json)


def _workspaces(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import workspaces

    return workspaces.run(
        words(language), erase=options.erase, renew_keys=options.renew_keys, as_json=options.json
    )


def _migrate(_options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import running

    return running.migrate(words(language))


def _spread(options: argparse.Namespace, language: str) -> int:
    from handlers.terminal import spreading

    return spreading.run(words(language), as_sql=options.sql)


def _manifest(options: argparse.Namespace, _language: str) -> int:
    from handlers.slack import manifest

    print(manifest.text(as_json=options.json), end="")
    return DONE


_Run = Callable[[argparse.Namespace, str], int]
_AddOptions = Callable[[argparse.ArgumentParser, Words], None]
_OF_A_WORKSPACE = ("import", "counts", "export", "bounces", "sync", "person", "forget", "check")
_COMMANDS: Mapping[str, tuple[_Run, _AddOptions]] = {
    "demo": (_demo, _add_demo_options),
    "run": (_run, _add_no_options),
    "import": (_import, _add_import_options),
    "counts": (_counts, _add_counts_options),
    "export": (_export, _add_export_options),
    "bounces": (_bounces, _add_bounces_options),
    "sync": (_sync, _add_sync_options),
    "person": (_person, _add_person_options),
    "forget": (_forget, _add_forget_options),
    "check": (_check, _add_check_options),
    "workspaces": (_workspaces, _add_workspaces_options),
    "migrate": (_migrate, _add_no_options),
    "spread": (_spread, _add_spread_options),
    "manifest": (_manifest, _add_manifest_options),
}


def _error_sentence(language: str, error: Exception) -> str:
    from handlers.terminal import errors

    return errors.sentence(words(language), error)


def _print_error(sentence: str) -> None:
    print(f"cleaned: {sentence}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
