"""The page of `/oauth/v2/authorize`, where a person chooses a workspace and allows the app, or cancels."""

import html
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from handlers.standins.slack.state import SlackError
from handlers.standins.slack.teams.directory import Directory
from handlers.standins.slack.teams.installations import Installations
from handlers.words import Words, language_for, words

PATH = "/oauth/v2/authorize"
# Slack's own words, which it shows in English.
UNKNOWN_CLIENT = "Invalid client_id parameter"
NO_REDIRECT = "redirect_uri did not match any configured URIs. Passed URI: {}"
BAD_SCOPES = "Invalid permissions requested: {}"
NO_SCOPES = "No scopes requested"
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}"
    "fieldset{margin:1rem 0;border:1px solid #767676;border-radius:6px}label{display:block;padding:.3rem 0}"
    "button{font:inherit;padding:.5rem 1rem;margin-right:.5rem}li{overflow-wrap:anywhere}"
)


@dataclass(frozen=True)
class Request:
    """A checked request for installation. `redirect_uri`: as sent, None if it wasn't."""

    scopes: frozenset[str]
    state: str
    redirect_uri: str | None
    target: str
    team: str | None

    def answer(self, **values: str) -> str:
        """Where the person is sent back to."""
        query = urlencode(values | ({"state": self.state} if self.state else {}))
        return f"{self.target}{'&' if '?' in self.target else '?'}{query}"


@dataclass
class Authorization:
    """`asked`: requests that a page was shown for, by the page's secret, which a decision must bring."""

    directory: Directory
    installations: Installations
    asked: dict[str, Request] = field(default_factory=dict)

    def routes(self, guarded: Callable[[Handler], Handler]) -> list[web.AbstractRouteDef]:
        return [web.get(PATH, guarded(self._show)), web.post(PATH, guarded(self._decide))]

    def read(self, url: str) -> Request:
        """Checks the query of the page. Raises SlackError with the text that Slack shows."""
        query = {key: values[-1] for key, values in parse_qs(urlsplit(url).query).items()}
        if query.get("client_id") != self.installations.client_id:
            raise SlackError(UNKNOWN_CLIENT)
        sent, registered = query.get("redirect_uri"), self.installations.redirect_urls
        if not registered or sent not in (None, *registered):
            raise SlackError(NO_REDIRECT.format(sent or ""))
        scopes = frozenset(filter(None, query.get("scope", "").replace(" ", ",").split(",")))
        if not scopes and not query.get("user_scope"):
            raise SlackError(NO_SCOPES)
        unknown = sorted(scopes - self.installations.manifest.scopes) + query.get("user_scope", "").split(",")
        if any(unknown):
            raise SlackError(BAD_SCOPES.format(", ".join(filter(None, unknown))))
        return Request(scopes, query.get("state", ""), sent, sent or registered[0], query.get("team"))

    def allow(self, request: Request, user: str, place: str) -> str:
        """A person allows the app in a workspace, or for an organization, by its id. Returns where they are sent back
        to. Raises SlackError if they may not.
        """
        organization = self.directory.organizations.get(place)
        team = self.directory.state_of(place).team if organization is None else None
        if request.team not in (None, place):
            raise SlackError("team_not_found")
        code = self.installations.new_code(
            user, set(request.scopes), request.redirect_uri, team=team, organization=organization
        )
        return request.answer(code=code)

    def cancel(self, request: Request) -> str:
        """Returns where the person is sent back to."""
        return request.answer(error="access_denied")

    async def _show(self, request: web.Request) -> web.StreamResponse:
        said = _words(request)
        try:
            asked = self.read(str(request.rel_url))
        except SlackError as error:
            return self._trouble(said, error.name)
        secret = secrets.token_urlsafe(18)
        self.asked[secret] = asked
        return _page(said, said("demo-install-title", app=self._app), self._form(said, asked, secret))

    async def _decide(self, request: web.Request) -> web.StreamResponse:
        form, said = await request.post(), _words(request)
        asked = self.asked.pop(str(form.get("secret")), None)
        if asked is None:
            return self._trouble(said, said("demo-install-again"))
        if form.get("decision") != "allow":
            return web.Response(status=302, headers={"Location": self.cancel(asked)})
        user, _, place = str(form.get("as", "")).partition(" ")
        try:
            target = self.allow(asked, user, place)
        except SlackError as error:
            return self._trouble(said, said("demo-install-refused"), error.name)
        return web.Response(status=302, headers={"Location": target})

    @property
    def _app(self) -> str:
        return self.installations.manifest.name

    def _form(self, said: Words, asked: Request, secret: str) -> str:
        choices = "".join(
            f'<label><input type="radio" name="as" value="{html.escape(value)}" required> {html.escape(label)}</label>'
            for value, label in self._choices(said, asked)
        )
        scopes = "".join(f"<li><code>{html.escape(scope)}</code></li>" for scope in sorted(asked.scopes))
        return (
            f'<form method="post" action="{PATH}"><input type="hidden" name="secret" value="{secret}">'
            f"<fieldset><legend>{html.escape(said('demo-install-where'))}</legend>{choices}</fieldset>"
            f"<h2>{html.escape(said('demo-install-scopes'))}</h2><ul>{scopes}</ul>"
            f'<button name="decision" value="allow">{html.escape(said("demo-install-allow"))}</button>'
            f'<button name="decision" value="cancel" formnovalidate>{html.escape(said("demo-install-cancel"))}</button>'
            "</form>"
        )

    def _choices(self, said: Words, asked: Request) -> Iterator[tuple[str, str]]:
        """Each person with each workspace or organization that they belong to; who may not install is told so later."""
        for state in self.directory:
            if asked.team in (None, state.team.id):
                for person in state.people.values():
                    if not person.is_bot and person.belongs_to(state.team.id):
                        label = said("demo-install-as", person=person.real_name, place=state.team.name)
                        yield f"{person.id} {state.team.id}", label
        for organization in self.directory.organizations.values():
            if asked.team in (None, organization.id):
                for owner in sorted(organization.owners):
                    person = self.directory.states[organization.teams[0]].people[owner]
                    label = said("demo-install-as-all", person=person.real_name, place=organization.name)
                    yield f"{owner} {organization.id}", label

    def _trouble(self, said: Words, text: str, details: str = "") -> web.StreamResponse:
        shown = f"<p>{html.escape(text)}</p>" + (
            f"<p><code>{html.escape(details)}</code></p>" if details else ""
        )
        return _page(said, said("demo-install-trouble"), shown, status=400)


def _page(said: Words, title: str, body: str, status: int = 200) -> web.Response:
    document = (
        f'<!doctype html><html lang="{said.language}"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{html.escape(title)}</h1>{body}</main></body></html>"
    )
    # Under the page's own policy, no-referrer, a browser sends the form with the origin "null".
    headers = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
    return web.Response(text=document, status=status, content_type="text/html", headers=headers)


def _words(request: web.Request) -> Words:
    return words(language_for(request.headers.get("Accept-Language", "")[:2]))
