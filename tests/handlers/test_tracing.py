"""Traces: off unless OpenTelemetry's own settings ask for them; then a span for each thing done, with nobody in it."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep, time
from typing import Any

import httpx
import pytest

from bot.core import settings
from bot.core.errors import NothingThere
from handlers import cli, logs, serve, tracing
from handlers.slack import manifest
from handlers.slack.request import Request
from handlers.slack.views.archives import archives
from handlers.standins.slack.server import Workspace
from handlers.words import LANGUAGES, words
from storage.core.database import Database
from tests.support.audiences import cleaned
from tests.support.bots import PATIENCE, settings_of
from tests.support.slack import OLIVIA, Person

ENDPOINT, OF_TRACES = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
COLLECTOR = "http://127.0.0.1:4318"
SECRET = "tell-nobody-at-all"
AUDIENCE = "Loyal Customers"
Spans = Callable[[], Sequence[Any]]


@pytest.fixture(autouse=True)
def _off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads this machine's settings, and none leaves traces on."""
    for name in settings.open_telemetry(env_file=None):
        monkeypatch.delenv(name)
    yield
    tracing.stop()


@pytest.fixture
def spans() -> Spans:
    """Switches the traces on; returns what gives the spans that have ended."""
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)
    return lambda: list(exporter.get_finished_spans())


def wait_span(spans: Spans, name: str, **attributes: object) -> Any:
    """The span with this name and these attributes, once it has ended."""
    until = time() + PATIENCE
    wanted = {f"cleaned.{key}": value for key, value in attributes.items()}
    while True:
        for span in spans():
            if span.name == name and wanted.items() <= span.attributes.items():
                return span
        assert time() < until, [(span.name, dict(span.attributes)) for span in spans()]
        sleep(0.01)


def test_off_by_default_and_then_a_span_is_nothing():
    assert tracing.endpoint({}) == ""
    assert list(tracing.faults({})) == []
    tracing.start({})
    assert tracing.span("one") is tracing.span("another", n=1)
    with tracing.span("one"):
        tracing.note(n=1)
        tracing.failed(ValueError())


@pytest.mark.parametrize("given", [{ENDPOINT: COLLECTOR}, {OF_TRACES: f"{COLLECTOR}/v1/traces"}])
@pytest.mark.parametrize("off", [{"OTEL_SDK_DISABLED": "True"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_switched_on_and_off_by_opentelemetrys_own_settings(given: Mapping[str, str], off: Mapping[str, str]):
    assert tracing.endpoint(given) == "127.0.0.1"
    assert tracing.endpoint({**given, "OTEL_SDK_DISABLED": "false"}) == "127.0.0.1"
    assert tracing.endpoint({**given, **off}) == ""
    tracing.start({**given, **off})
    assert tracing.span("one") is tracing.span("another")


def test_the_settings_are_read_from_the_env_file_too_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / ".env").write_text(
        f"{ENDPOINT}=http://file:4318\nOTEL_SERVICE_NAME=of-file\nSLACK_BOT_TOKEN=x\n"
    )
    monkeypatch.setenv("OTEL_SERVICE_NAME", "of-environment")
    found = settings.open_telemetry(str(tmp_path / ".env"))
    assert found == {ENDPOINT: "http://file:4318", "OTEL_SERVICE_NAME": "of-environment"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({ENDPOINT: "collector:4318"}, ENDPOINT),
        ({OF_TRACES: "hush"}, OF_TRACES),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL"),
        ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"),
    ],
)
def test_a_setting_that_sends_nothing_is_a_fault(
    more: Mapping[str, str], name: str, language: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tracing, "_PACKAGES", ())
    assert list(tracing.faults({ENDPOINT: COLLECTOR, "OTEL_EXPORTER_OTLP_PROTOCOL": tracing.PROTOCOL})) == []
    [fault] = tracing.faults({ENDPOINT: COLLECTOR, **more})
    said = words(language)(fault.key, **fault.values)
    assert said.startswith(name)
    assert ("4318" in said) is ("hush" not in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_the_packages_the_start_says_in_one_line_what_to_install_and_so_does_check(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cleaned.db'}")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s" * 16)
    monkeypatch.setenv(ENDPOINT, COLLECTOR)
    monkeypatch.setattr(tracing, "_PACKAGES", ("no_such_package.inside",))
    assert cli.main(["run"]) == cli.FAILED
    [line] = capsys.readouterr().err.splitlines()
    assert ENDPOINT in line
    assert 'pip install "cleaned[tracing]"' in line
    monkeypatch.setenv("SLACK_BOT_TOKEN", "malformed")  # else Slack is asked
    assert cli.main(["check", "--json"]) == cli.FAILED
    found = {each["check"]: each["text"] for each in json.loads(capsys.readouterr().out)}
    assert f"cleaned: {found['error-tracing-packages']}" == line
    monkeypatch.setattr(tracing, "_PACKAGES", ())
    assert cli.main(["check", "--json"]) == cli.FAILED
    found = {each["check"]: each["text"] for each in json.loads(capsys.readouterr().out)}
    assert "127.0.0.1" in found["check-tracing"]


def test_an_exception_leaves_its_type_alone_and_what_is_told_is_no_fault(spans: Spans):
    with logs.referenced("r1"):
        with pytest.raises(ValueError, match="ann@"), tracing.span("fails", about="to ann@example.com"):
            raise ValueError("ann@example.com")
        with pytest.raises(NothingThere), tracing.span("is told"):
            raise NothingThere(name=AUDIENCE)
    with tracing.span("around"):
        tracing.failed(KeyError("ann@example.com"))
    fails, told, around = spans()
    assert dict(fails.attributes) == {
        "cleaned.about": "to …",
        "cleaned.reference": "r1",
        "error.type": "ValueError",
    }
    assert [span.status.is_ok for span in (fails, told, around)] == [False, True, False]
    assert dict(told.attributes) == {"cleaned.reference": "r1", "error.type": "NothingThere"}
    assert dict(around.attributes) == {"error.type": "KeyError"}
    assert [span.events for span in (fails, told, around)] == [()] * 3
    assert fails.status.description is None


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_requests_jobs_calls_webhooks_and_tasks_have_spans_and_nobody_is_in_them(
    database: Database, database_url: str, spans: Spans, monkeypatch: pytest.MonkeyPatch
):
    cleaned(database, 3, audience=AUDIENCE)

    def fail(request: Request) -> str:
        typed = str(request.payload.get("text") or "")
        if "@" in typed:
            raise ValueError(typed)
        return typed

    monkeypatch.setattr(Request, "text", property(fail))
    with Workspace(manifest.path(), ack_seconds=PATIENCE) as workspace, ExitStack() as running:
        config = settings_of(workspace, database_url, CLEANED_BOUNCE_SECRET=SECRET)
        parts = serve.start_parts(config, running)
        with Person(workspace, OLIVIA) as olivia:
            olivia.wait_bot()
            olivia.command("/cleaned ann@example.com")
            apology = str(olivia.wait_message("Something went wrong"))
            olivia.command("/cleaned-archive")
            olivia.wait_modal("Type ARCHIVE")
            assert olivia.submit(**{archives.WORD: "no"})
            olivia.dismiss(everything=True)
            olivia.command("/cleaned-export")
            olivia.wait_modal("Export 3 contacts")
            olivia.submit()
            post_bounce(parts.port)
            request = wait_span(spans, "command /cleaned")
            form = wait_span(spans, f"submission {archives.CALLBACK}")
            job = wait_span(spans, "job export")
            webhook = wait_span(spans, "webhook json")
            task = wait_span(spans, "task cleanup")
            later = wait_span(spans, "after the acknowledgement", reference=reference(request))
            sent = wait_span(spans, "Slack files.completeUploadExternal", reference=reference(job))

    assert of(request) == {"kind": "command", "name": "/cleaned", "workspace": of(job)["workspace"]}
    assert f"reference {reference(request)}" in apology
    assert later.parent == request.context
    assert later.attributes["error.type"] == "ValueError"
    assert form.attributes["error.type"] == "WrongWord"
    assert {"kind": "export", "state": "done", "attempts": 1}.items() <= of(job).items()
    assert sent.parent == job.context
    assert of(sent) == {"method": "files.completeUploadExternal", "outcome": "ok"}
    assert of(webhook) == {"way": "json", "status": 200}
    assert of(task) == {"task": "cleanup", "outcome": "done"}
    assert all(map(reference, (form, job, webhook, task)))

    written = "\n".join(span.to_json() for span in spans())
    tokens = workspace.bot_token, workspace.app_token, SECRET
    assert [each for each in ("@", "%40", "example.com", "Ann", AUDIENCE, *tokens) if each in written] == []
    assert not any(span.events or span.status.description for span in spans())


def of(span: Any) -> dict[str, Any]:
    """The attributes of this program, but for the reference."""
    named = {name.removeprefix("cleaned."): value for name, value in span.attributes.items()}
    return {name: value for name, value in named.items() if name not in ("reference", "error.type")}


def reference(span: Any) -> str:
    return str(span.attributes["cleaned.reference"])


def post_bounce(port: int) -> None:
    event = {"event": "hard", "email": "ann@example.com", "id": "1", "at": datetime.now(UTC).isoformat()}
    body = json.dumps({"events": [event]}).encode()
    stamp = str(int(time()))
    signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Cleaned-Signature": f"t={stamp},v1={signature}"}
    url = f"http://127.0.0.1:{port}/bounces/json"
    response = httpx.post(url, content=body, headers=headers, verify=False, timeout=PATIENCE)
    assert response.status_code == 200, response.text


class Collector(ThreadingHTTPServer):
    """Takes what is sent by OTLP. `answers`: set when it may answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[tuple[str, bytes]] = []
        self.answers = Event()
        self.answers.set()


class Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, body))
        self.server.answers.wait(PATIENCE)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_given: Any) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """The place that the settings of this process send traces to."""
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    with Collector() as server:
        Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}).start()
        monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{server.server_port}")
        yield server
        server.answers.set()
        server.shutdown()


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, b"cleaned"),
        ({"OTEL_SERVICE_NAME": "lists"}, b"lists"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=ours"}, b"ours"),
    ],
)
def test_what_is_left_is_sent_when_the_bot_stops(
    more: Mapping[str, str], name: bytes, collector: Collector, monkeypatch: pytest.MonkeyPatch
):
    for setting, value in more.items():
        monkeypatch.setenv(setting, value)
    tracing.start(settings.open_telemetry(env_file=None))
    with tracing.span("job import", kind="import"):
        pass
    tracing.stop(PATIENCE)
    [(path, body)] = collector.taken
    assert path == "/v1/traces"
    assert b"job import" in body
    assert re.search(rb"service\.name\x12.\n.%b" % name, body, re.DOTALL)
    assert tracing.span("one") is tracing.span("another")


def test_a_collector_that_does_not_answer_holds_the_stop_up_for_its_time_only(collector: Collector):
    collector.answers.clear()
    tracing.start(settings.open_telemetry(env_file=None))
    with tracing.span("job import"):
        pass
    started = monotonic()
    tracing.stop(0.2)
    assert 0.2 <= monotonic() - started < PATIENCE / 2
