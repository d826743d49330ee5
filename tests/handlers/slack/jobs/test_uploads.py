"""The three-step upload: streamed, tried again, shown once."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.exports.exports import NotInExportChannel, SharedWithCompany
from bot.jobs.files import Contents, ExpectedFile, SendFailed, SharedFiles
from bot.jobs.jobs import Recipient
from handlers.slack.jobs import uploads
from handlers.slack.jobs.uploads import Uploads
from handlers.words import Markup

PIECES = [b"a" * 70_000, b"b" * 70_000, b"c"]
BODY = b"".join(PIECES)


class Taker(ThreadingHTTPServer):
    """Takes bodies; answers with the statuses it is told, 200 after them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.taken: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/upload/1?key=2"


class _Request(BaseHTTPRequestHandler):
    server: Taker

    def do_POST(self) -> None:
        self.server.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/upload/1?key=2"
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def taker() -> Iterator[Taker]:
    with Taker() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Slack(WebClient):
    """Answers what it is told, or raises the error of that name."""

    def __init__(self, **answers: Any) -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def api_call(self, api_method: str, **given: Any) -> Any:
        self.asked.append((api_method, given.get("params") or given.get("json") or {}))
        answer = self.answers[api_method.rpartition(".")[2]]
        if isinstance(answer, str):
            raise SlackApiError("refused", {"error": answer})  # type: ignore[no-untyped-call]  # the SDK's
        return answer


def send(taker: Taker) -> tuple[list[int], list[float]]:
    """How many bytes were sent at each turn, and the pauses between attempts."""
    pauses: list[float] = []
    made = Contents(len(BODY), lambda: iter(PIECES))
    sent = list(Uploads(Slack(), pause=pauses.append).send(ExpectedFile("F1", taker.url), made))
    return sent, pauses


def test_the_bytes_are_sent_piece_by_piece_and_whole(taker: Taker):
    assert send(taker) == ([70_000, 140_000, 140_001], [])
    assert taker.taken == [BODY]


def test_a_refusal_that_passes_is_tried_again_after_the_pause_that_was_asked_for(taker: Taker):
    taker.answers = [(429, {"Retry-After": "7"}), (503, {})]
    _, pauses = send(taker)
    assert pauses == [7.0, 2 * uploads.PAUSE_SECONDS]
    assert taker.taken == [BODY] * 3


def test_a_refusal_that_lasts_is_not_tried_again(taker: Taker):
    taker.answers = [(403, {})]
    with pytest.raises(SendFailed, match="UploadFailed"):
        send(taker)
    assert len(taker.taken) == 1


def test_after_three_attempts_it_has_failed(taker: Taker):
    taker.answers = [(500, {})] * 3
    with pytest.raises(SendFailed):
        send(taker)
    assert len(taker.taken) == 3


def test_nobody_listening_is_a_failure_that_names_no_contents():
    made = Contents(len(BODY), lambda: iter(PIECES))
    pauses: list[float] = []
    with pytest.raises(SendFailed, match="ConnectionRefusedError"):
        list(Uploads(Slack(), pause=pauses.append).send(ExpectedFile("F1", "http://127.0.0.1:9/x"), made))
    assert pauses == [1.0, 2.0]


def test_the_environments_proxy_is_used(taker: Taker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{taker.server_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr(_Request, "do_POST", _proxied)
    made = Contents(len(BODY), lambda: iter(PIECES))
    list(Uploads(Slack()).send(ExpectedFile("F1", "http://files.example/upload/1"), made))
    assert taker.taken == [b"http://files.example/upload/1"]


def _proxied(request: _Request) -> None:
    request.rfile.read(int(request.headers["Content-Length"]))
    request.server.taken.append(request.path.encode())
    request.send_response(200)
    request.end_headers()


def test_a_file_is_announced_and_shown_with_its_name_and_the_word_above_it():
    slack = Slack(
        getUploadURLExternal={"file_id": "F1", "upload_url": "https://files.example/1"},
        completeUploadExternal={"files": [{"id": "F1", "permalink": "https://x.example/f"}]},
        info={"channel": {"id": "C1", "is_org_shared": True, "is_shared": True}},
    )
    delivery = Uploads(slack, comment=lambda: Markup("Exported"))
    assert delivery.expect("a.csv", 5) == ExpectedFile("F1", "https://files.example/1")
    assert delivery.share({"F1": "a.csv"}, "C1") == SharedFiles(("https://x.example/f",))
    [_, (asked, _), (_, given)] = slack.asked
    assert asked == "conversations.info"
    assert (given["channel_id"], given["initial_comment"]) == ("C1", "Exported")


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found"])
def test_a_channel_without_the_bot_is_an_error_that_a_person_can_mend(error: str):
    of_here: dict[str, Any] = {"channel": {}}
    for answers in ({"completeUploadExternal": error, "info": of_here}, {"info": error}):
        with pytest.raises(NotInExportChannel):
            Uploads(Slack(**answers)).share({"F1": "a.csv"}, "C1")
    for answers in ({"completeUploadExternal": "fatal_error", "info": of_here}, {"info": "fatal_error"}):
        with pytest.raises(SendFailed):
            Uploads(Slack(**answers)).share({"F1": "a.csv"}, "C1")


@given(
    st.dictionaries(
        st.sampled_from(["is_shared", "is_ext_shared", "is_pending_ext_shared", "is_org_shared"]),
        st.booleans(),
    )
)
def test_a_file_goes_to_no_channel_of_another_company(flags: dict[str, bool]):
    """Which Slack says when the file is shown, however it was when the channel was chosen."""
    slack = Slack(info={"channel": flags}, completeUploadExternal={"files": []})
    true = {name for name, value in flags.items() if value}
    if true & {"is_ext_shared", "is_pending_ext_shared"} or true == {"is_shared"}:
        with pytest.raises(SharedWithCompany):
            Uploads(slack).share({"F1": "a.csv"}, "C1")
        assert [method for method, _ in slack.asked] == ["conversations.info"]
    else:
        assert Uploads(slack).share({"F1": "a.csv"}, "C1") == SharedFiles((None,))


def test_whether_a_file_was_shown_is_asked_of_slack():
    file = {"id": "F1", "permalink": "https://x.example/f", "shares": {}}
    shown = file | {"shares": {"private": {"D1": [{"ts": "1.2"}]}}}
    assert Uploads(Slack(info={"file": file})).shared(["F1"]) is None
    assert Uploads(Slack(info={"file": shown})).shared(["F1"]) == SharedFiles(("https://x.example/f",))
    assert Uploads(Slack(info="file_not_found")).shared(["F1"]) is None
    with pytest.raises(SendFailed):
        Uploads(Slack(info="fatal_error")).shared(["F1"])


def test_without_a_channel_a_file_goes_to_the_person_s_direct_messages():
    slack = Slack(completeUploadExternal={"files": []})
    Uploads(slack, Recipient("U1", channel="D1")).share({"F1": "a.csv"}, None)
    assert slack.asked[-1][1]["channel_id"] == "D1"
