"""The app is installed by a person in a browser: the pages, the ways in which it fails, and what nobody may learn."""

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from threading import Event
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot.core.settings import Settings
from handlers.clock import utc_now
from handlers.slack.installation import store as stores
from handlers.slack.installation.flow import Flow
from handlers.slack.installation.installations import Installations, Installed
from handlers.slack.web_api.scopes import SCOPES
from handlers.web import installation as routes
from handlers.web import server as web_server
from handlers.words import LANGUAGES, words
from storage.core.database import Database
from tests.support import oauth
from tests.support.databases import copied
from tests.support.oauth import FakeOAuth

COOKIE = re.compile(
    r"slack-app-oauth-state=[\w-]+; Secure; HttpOnly; Path=/; Max-Age=600; SameSite=Lax", re.ASCII
)


# Two ids that differ by their letters' size would name the same database.
ODD_IDS = "../x", "t1", "T1/../T2", "public", "T1\n", "T" + "1" * 40, None


@dataclass
class Site:
    """The bot's web server, Slack, and what came of installations."""

    slack: FakeOAuth
    database: Database
    installations: Installations
    http: httpx.Client
    settings: Settings
    installed: list[Installed] = field(default_factory=list)
    on_installed: Callable[[Installed], object] = lambda _: None

    def begin(self, **query: str) -> str:
        """Opens the install page; returns the state that Slack gives back."""
        page = self.http.get("/slack/install", params=query)
        assert page.status_code == 200
        return parse_qs(urlsplit(link_of(page)).query)["state"][0]

    def end(self, state: str = "", *, cookie: str | None = None, **query: str) -> httpx.Response:
        """Comes back from Slack, with the cookie of the state unless another is given."""
        headers = {"Cookie": f"a=b; slack-app-oauth-state={state if cookie is None else cookie}"}
        return self.http.get("/slack/oauth_redirect", params={"state": state, **query}, headers=headers)


@pytest.fixture
def slack() -> Iterator[FakeOAuth]:
    with FakeOAuth() as running:
        yield running


@pytest.fixture
def site(slack: FakeOAuth, sqlite_template: str, tmp_path) -> Iterator[Site]:
    with copied(sqlite_template, tmp_path) as url:
        settings = oauth.settings(slack_api_url=slack.url, CLEANED_PORT=0)
        database = Database(url)
        installations = Installations(database, settings)

        def on_installed(installed: Installed) -> None:
            found = installations.find(installed.team_id, installed.enterprise_id)
            assert found
            # Of installations of the same moment, one is left.
            assert replace(found, installed_at=installed.installed_at) == installed
            built.on_installed(installed)
            built.installed.append(installed)

        flow = Flow(installations, database, settings, utc_now, on_installed)
        bolt = App(
            authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1"), signing_secret="s" * 16
        )
        server = web_server.start(bolt, settings, database, list, utc_now, slack_threads=1, install=flow)
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as http:
            built = Site(slack, database, installations, http, settings)
            yield built
        server.stop()
        database.close()


def link_of(page: httpx.Response) -> str:
    found = re.search(r'<a class="button" href="([^"]+)"', page.text)
    assert found
    return found[1].replace("&amp;", "&")


def test_from_the_page_to_the_workspace(site: Site):
    page = site.http.get("/slack/install", params={"team": "T9"})
    (cookie,) = page.headers.get_list("Set-Cookie")
    assert COOKIE.fullmatch(cookie)
    asked = urlsplit(link_of(page))
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == site.slack.url.replace(
        "/api/", "/oauth/v2/authorize"
    )
    query = {name: value for name, (value,) in parse_qs(asked.query).items()}
    assert query == {
        "state": cookie.split("=")[1].split(";")[0],
        "client_id": oauth.CLIENT_ID,
        "scope": ",".join(sorted(SCOPES)),
        "redirect_uri": "https://bot.example.com/slack/oauth_redirect",
        "team": "T9",
    }
    done = site.end(query["state"], code=site.slack.grant())
    assert done.status_code == 200
    assert link_of(done) == "slack://app?team=T1&id=A1"
    assert 'href="https://app.slack.com/client/T1"' in done.text
    assert "slack-app-oauth-state=deleted" in done.headers["Set-Cookie"]
    assert [(each.id, each.bot_token, each.bot_id) for each in site.installed] == [
        ("T1", "xoxb-hush-granted", "B1")
    ]
    assert site.installations.all() == site.installed


def test_slack_s_own_page_is_asked_where_the_web_api_is_slack_s(database_free: Database):
    for api, page in (
        ("https://slack.com/api/", "https://slack.com/oauth/v2/authorize"),
        ("https://slack-gov.com/api/", "https://slack-gov.com/oauth/v2/authorize"),
    ):
        settings = oauth.settings(slack_api_url=api)
        flow = Flow(Installations(database_free, settings), database_free, settings, utc_now)
        assert flow.settings.authorization_url == page


@pytest.fixture
def database_free() -> Iterator[Database]:
    database = Database("sqlite:///none.db")  # never opened
    yield database
    database.close()


@pytest.mark.parametrize("team", ["T1&scope=admin", "T1#", "t1", "X1", "", "T" * 33, "T1\n", "É1"])
def test_a_link_that_a_stranger_has_made_changes_nothing_of_what_slack_is_asked(site: Site, team: str):
    query = parse_qs(urlsplit(link_of(site.http.get("/slack/install", params={"team": team}))).query)
    assert query.keys() == {"state", "client_id", "scope", "redirect_uri"}
    assert query["scope"] == [",".join(sorted(SCOPES))]


def test_an_organization_has_no_workspace_yet_and_its_admins_choose_them(site: Site):
    state = site.begin()
    org = {"team": None, "enterprise": {"id": "E1", "name": "Acme & Co"}, "is_enterprise_install": True}
    done = site.end(state, code=site.slack.grant(**org))
    assert done.status_code == 200
    assert "Acme &amp; Co" in done.text
    assert (
        link_of(done)
        == "https://acme.enterprise.slack.com/manage/organization/apps/profile/A1/workspaces/add"
    )
    (found,) = site.installed
    assert (found.team_id, found.enterprise_id, found.is_org) == (None, "E1", True)
    assert site.installations.find("T5", "E1") == found


def test_installing_again_for_new_scopes_is_the_same_flow(site: Site):
    for scope in ("commands", ",".join(sorted(SCOPES))):
        assert site.end(site.begin(team="T1"), code=site.slack.grant(scope=scope)).status_code == 200
    assert [len(each.scopes) for each in site.installed] == [1, len(SCOPES)]
    assert site.installations.all() == site.installed[1:]


def test_with_token_rotation_the_expiry_and_the_refresh_token_are_kept(site: Site):
    rotating = {"access_token": "xoxe.xoxb-hush", "refresh_token": "xoxe-hush", "expires_in": 43_200}
    site.end(site.begin(), code=site.slack.grant(**rotating))
    (found,) = site.installed
    assert found.expires_at
    assert 43_000 < (found.expires_at - utc_now()).total_seconds() <= 43_200
    assert not found.needs_reinstall


def cancelled(site: Site) -> httpx.Response:
    return site.end(site.begin(), error="access_denied")


def with_an_unknown_error(site: Site) -> httpx.Response:
    return site.end(site.begin(), error="<script>alert(1)</script>")


def without_a_state(site: Site) -> httpx.Response:
    return site.http.get("/slack/oauth_redirect", params={"code": site.slack.grant()})


def without_a_cookie(site: Site) -> httpx.Response:
    return site.http.get("/slack/oauth_redirect", params={"state": site.begin(), "code": site.slack.grant()})


def with_the_cookie_of_another(site: Site) -> httpx.Response:
    return site.end(site.begin(), cookie=site.begin(), code=site.slack.grant())


def with_a_state_that_was_never_given(site: Site) -> httpx.Response:
    return site.end("guessed", code=site.slack.grant())


def with_a_state_that_was_used(site: Site) -> httpx.Response:
    state = site.begin()
    site.end(state, code="wrong")
    return site.end(state, code=site.slack.grant())


def without_a_code(site: Site) -> httpx.Response:
    return site.end(site.begin())


def with_a_code_that_was_used(site: Site) -> httpx.Response:
    return site.end(site.begin(), code="hush-used")


def refused(error: str | int) -> Callable[[Site], httpx.Response]:
    def come_back(site: Site) -> httpx.Response:
        state, code = site.begin(), site.slack.grant()
        site.slack.refusal = error
        return site.end(state, code=code)

    return come_back


def while_slack_is_down(site: Site) -> httpx.Response:
    state = site.begin()
    site.slack.stop()
    return site.end(state, code="hush-code")


def without_a_token(site: Site) -> httpx.Response:
    return site.end(site.begin(), code=site.slack.grant(access_token=None))


def granted(**answer: object) -> Callable[[Site], httpx.Response]:
    def come_back(site: Site) -> httpx.Response:
        return site.end(site.begin(), code=site.slack.grant(**answer))

    return come_back


def while_the_program_fails(site: Site) -> httpx.Response:
    secret = "hush"

    def fail(_installed: Installed) -> None:
        raise RuntimeError(secret)

    site.on_installed = fail
    return site.end(site.begin(), code=site.slack.grant())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("come_back", "why", "status"),
    [
        (cancelled, "cancelled", 200),
        (with_an_unknown_error, "other", 502),
        *((each, "expired", 400) for each in (without_a_state, without_a_cookie, with_the_cookie_of_another)),
        *((each, "expired", 400) for each in (with_a_state_that_was_never_given, with_a_state_that_was_used)),
        *((each, "expired", 400) for each in (without_a_code, with_a_code_that_was_used)),
        (refused("invalid_team_for_non_distributed_app"), "workspace", 403),
        (refused("cannot_install_an_org_installed_app"), "workspace", 403),
        (refused("bad_client_secret"), "settings", 502),
        (refused("something_new"), "other", 502),
        *((refused(error), "unreachable", 502) for error in ("internal_error", "ratelimited", 503, 429)),
        (while_slack_is_down, "unreachable", 502),
        (without_a_token, "other", 502),
        *((granted(team={"id": id_, "name": "Odd"}), "other", 502) for id_ in ODD_IDS),
        (granted(team=None, enterprise=None), "other", 502),
        (granted(enterprise={"id": "../E1"}, is_enterprise_install=True), "other", 502),
        (while_the_program_fails, "fault", 500),
    ],
)
def test_whatever_goes_wrong_is_said_with_what_to_do_and_nothing_is_installed(
    site: Site, come_back, why: str, status: int, language: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    site.http.headers["Accept-Language"] = language
    page = come_back(site)
    assert page.status_code == status
    said = words(language)("install-why", why=why, code="\0").split("\0")
    assert [part for part in said if part not in text_of(page)] == []
    assert f'<html lang="{language}">' in page.text
    assert urljoin(str(page.request.url), link_of(page)) == str(site.http.base_url.join("/slack/install"))
    assert site.installed == []
    assert why == "fault" or site.installations.all() == []
    assert_nothing_leaks(page, caplog)
    if why == "fault":
        assert re.search(r"\b[0-9a-f]{8}\b", text_of(page))[0] in caplog.text  # type: ignore[index]  # one is there


def assert_nothing_leaks(page: httpx.Response, caplog: pytest.LogCaptureFixture) -> None:
    """Of what the browser and Slack have sent: no code, state, token or secret, and no markup."""
    query = page.request.url.params
    secrets = [value for name in ("code", "state") if len(value := query.get(name, "")) > 8]
    logged = "\n".join(
        f"{record.getMessage()}{record.exc_text}" for record in caplog.records if "httpx" not in record.name
    )
    for secret in ("hush", "xox", *secrets):
        assert secret not in page.text
        assert secret not in logged
    assert "<script" not in page.text


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(page: httpx.Response) -> str:
    parser = _Text()
    parser.feed(page.text)
    return parser.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        *(
            (text, "fr")
            for text in ("fr", "fr-CA,en;q=0.9", "en;q=0.5, fr;q=0.8", "de, FR-be;q=.3", "fr;Q=1")
        ),
        *(
            (text, "en")
            for text in ("", "en-GB,fr;q=0.9", "de", "fr;q=0", "fr;q=x", ";;,,q=", "x" * 5000 + ",fr", "*")
        ),
    ],
)
def test_the_pages_speak_the_browser_s_language(site: Site, header: str, language: str):
    page = site.http.get("/slack/install", headers={"Accept-Language": header})
    assert f'<html lang="{language}">' in page.text
    said = text_of(page)
    known = words(language)
    for scope in SCOPES:
        assert known("install-scope", scope=scope.replace(":", "-")) in said
        assert scope in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_scope_has_a_reason_of_its_own(language: str):
    reasons = {words(language)("install-scope", scope=scope.replace(":", "-")) for scope in (*SCOPES, "none")}
    assert len(reasons) == len(SCOPES) + 1


def test_the_pages_load_and_run_nothing_and_tell_no_other_site(site: Site):
    for page in (site.http.get("/slack/install"), cancelled(site)):
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<script" not in page.text


def test_looking_at_the_page_s_head_begins_nothing(site: Site):
    assert site.http.head("/slack/install").status_code == 405


def test_without_oauth_there_are_no_such_pages(database_free: Database):
    bolt = App(authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T1"), signing_secret="s" * 16)
    server = web_server.start(
        bolt, Settings.model_validate({"CLEANED_PORT": 0}), database_free, list, utc_now, slack_threads=1
    )
    assert httpx.get(f"http://127.0.0.1:{server.port}/slack/install").status_code == 404
    server.stop()


def test_however_many_ask_they_take_a_few_threads_and_the_others_are_told_to_come_back(site: Site):
    """Requests that hang hold neither the threads of Slack's requests nor the server."""
    go_on, refused = Event(), 3
    site.on_installed = lambda _: go_on.wait(30)
    tries = [(site.begin(), site.slack.grant()) for _ in range(routes.WAITING + refused)]
    with ThreadPoolExecutor(len(tries)) as browsers:
        try:
            answers = as_completed([browsers.submit(site.end, state, code=code) for state, code in tries])
            for busy in [next(answers).result() for _ in range(refused)]:
                assert busy.status_code == 503
                assert busy.headers["Retry-After"]
                assert words("en")("install-why", why="busy", code="") in text_of(busy)
            assert site.http.get("/healthz").status_code == 200
        finally:
            go_on.set()
        assert {each.result().status_code for each in answers} == {200}
    assert site.http.get("/slack/install").status_code == 200


def test_when_too_many_have_begun_others_are_told_to_come_back(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stores, "MOST_STATES", 1)
    site.begin()
    assert site.http.get("/slack/install").status_code == 503
