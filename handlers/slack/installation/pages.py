"""The pages of an installation, in the browser's language. They have no script and load nothing."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from html import escape

from slack_bolt import BoltRequest
from slack_sdk.oauth.installation_store import Installation

from handlers.words import LANGUAGES, Words, words

AGAIN = "install"  # beside the page, whatever the web server puts before the paths
LONGEST_HEADER = 200  # characters of Accept-Language that are read
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d1c1d; background: #fff; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
a { color: #1264a3; }
.button { display: inline-block; background: #3f2d56; color: #fff; padding: .7rem 1.2rem; border-radius: .4rem; text-decoration: none; font-weight: 600; }
.button:focus-visible { outline: 3px solid #1264a3; outline-offset: 2px; }
dt { font-family: ui-monospace, monospace; font-size: .9rem; margin-top: .6rem; }
dd { margin: 0; color: #454245; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address of the last page has Slack's code
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class NotInstalled(StrEnum):
    """Why an installation did not come about, by what a person can do about it."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"  # or used, or begun in another browser
    WORKSPACE = "workspace"  # Slack doesn't let the app into this one
    SETTINGS = "settings"  # Slack refuses those of the bot
    UNREACHABLE = "unreachable"
    OTHER = "other"
    FAULT = "fault"  # of the bot
    BUSY = "busy"

    @property
    def status(self) -> int:
        """Of the HTTP answer."""
        return _STATUS[self]


_STATUS = {
    NotInstalled.CANCELLED: 200,
    NotInstalled.EXPIRED: 400,
    NotInstalled.WORKSPACE: 403,
    NotInstalled.SETTINGS: 502,
    NotInstalled.UNREACHABLE: 502,
    NotInstalled.OTHER: 502,
    NotInstalled.FAULT: 500,
    NotInstalled.BUSY: 503,
}


def words_of(request: BoltRequest) -> Words:
    """The words of the first language in `Accept-Language`, by its weights, that there is; else English."""
    return preferred(next(iter(request.headers.get("accept-language", ())), ""))


def preferred(header: str) -> Words:
    """As `words_of`, for the header's text."""
    ranked = []
    for n, part in enumerate(header[:LONGEST_HEADER].split(",")):
        locale, _, parameter = part.partition(";")
        weight = _weight(parameter)
        if weight > 0 and locale.strip().partition("-")[0].lower() in LANGUAGES:
            ranked.append((-weight, n, locale.strip()))
    return words(min(ranked)[2] if ranked else None)


def install(words: Words, url: str, scopes: Sequence[str]) -> str:
    """What the app does and asks for, with the link that begins the installation."""
    rights = "".join(
        f"<dt>{escape(scope)}</dt><dd>{escape(words('install-scope', scope=scope.replace(':', '-')))}</dd>"
        for scope in scopes
    )
    does = "".join(f"<li>{escape(words(f'install-does.{what}'))}</li>" for what in ("see", "act", "who"))
    return _page(
        words,
        words("install-title"),
        f"<p>{escape(words('install-what'))}</p><ul>{does}</ul>",
        _button(url, words("install-button")),
        f"<p>{escape(words('install-next'))}</p>",
        f"<h2>{escape(words('install-asks'))}</h2><dl>{rights}</dl>",
    )


def success(words: Words, installation: Installation) -> str:
    """The app is installed; links to it in Slack."""
    team, app, name = installation.team_id, installation.app_id or "", installation.team_name or ""
    if installation.is_enterprise_install or not team:
        name = installation.enterprise_name or ""
        return _page(
            words,
            words("installed-title"),
            f"<p>{escape(words('installed-org', name=name))}</p>",
            *_add_to_workspaces(words, installation.enterprise_url or "", app),
        )
    return _page(
        words,
        words("installed-title"),
        f"<p>{escape(words('installed-in', name=name))}</p><p>{escape(words('installed-next'))}</p>",
        _button(f"slack://app?team={team}&id={app}", words("installed-open")),
        f'<p><a href="https://app.slack.com/client/{escape(team)}">{escape(words("installed-browser"))}</a></p>',
    )


def failure(words: Words, why: NotInstalled, code: str = "") -> str:
    """What happened and what to do next. `code`: Slack's word for the reason, or a reference in the log."""
    title = words("install-cancelled" if why == NotInstalled.CANCELLED else "install-failed")
    return _page(
        words,
        title,
        f"<p>{escape(words('install-why', why=why.value, code=code or '?'))}</p>",
        _button(AGAIN, words("install-again")),
    )


def _add_to_workspaces(words: Words, enterprise_url: str, app_id: str) -> Sequence[str]:
    if not enterprise_url.startswith(("https://", "http://")):
        return ()
    url = f"{enterprise_url}manage/organization/apps/profile/{app_id}/workspaces/add"
    return (_button(url, words("installed-org-add")),)


def _button(url: str, text: str) -> str:
    return f'<p><a class="button" href="{escape(url)}">{escape(text)}</a></p>'


def _page(words: Words, title: str, *parts: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def _weight(parameter: str) -> float:
    """The weight of a language, `q=0.5`; 1 without one, 0 if it can't be read."""
    name, _, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        return float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
