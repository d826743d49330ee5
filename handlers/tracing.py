"""Traces of OpenTelemetry: one span for each request, job, call of Slack, webhook and scheduled task.

They are on where OpenTelemetry's own settings name a place to send them to, and the packages of the extra `tracing` are
loaded then only; while they are off, a span is nothing. What is written into a span are names of the code, ids, numbers
and codes: no address, no text of a person, and of an exception only its type.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.errors import CleanedError
from bot.core.settings import BadSetting
from handlers import logs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

SERVICE = "cleaned"  # the service's name, unless the settings have another one
FLUSH_SECONDS = 1.5  # to send what is left at the end; a collector may not answer
PROTOCOL = "http/protobuf"  # the one that the extra's exporter speaks

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")  # the first goes first
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_PACKAGES = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")
_OFF = nullcontext()

Value = str | int


class MissingPackages(CleanedError):
    """The settings ask for traces, and the packages of the extra are not installed. Values: name, of a setting."""

    key = "error-tracing-packages"


@dataclass
class _Traces:
    """What is made when they are switched on."""

    provider: "TracerProvider | None" = None
    tracer: "Tracer | None" = None


_traces = _Traces()


def span(name: str, /, **attributes: Value) -> AbstractContextManager[object]:
    """Measures what is done within it, as a part of the span around it. The attributes begin with `cleaned.`."""
    tracer = _traces.tracer
    return _OFF if tracer is None else _span(tracer, name, attributes)


def note(**attributes: Value) -> None:
    """Adds to the span around it what is known later."""
    if _traces.tracer is not None:
        _current().set_attributes(_named(attributes))


def failed(error: BaseException) -> None:
    """Writes into the span around it that it failed, for an error that is told and goes no further."""
    if _traces.tracer is not None:
        _mark(_current(), error)


def endpoint(given: Mapping[str, str]) -> str:
    """Where the settings have traces sent to, without what may be secret in it; "" if they are off."""
    name = _endpoint_setting(given)
    return urlsplit(given[name]).hostname or "" if name else ""


def faults(given: Mapping[str, str]) -> Iterator[CleanedError]:
    """Yields why the traces that the settings ask for can't be sent. Loads the packages only if they ask."""
    name = _endpoint_setting(given)
    if not name:
        return
    if urlsplit(given[name]).scheme not in ("http", "https") or not endpoint(given):
        yield BadSetting(name=name)
    protocol = next((each for each in _PROTOCOLS if each in given), "")
    if protocol and given[protocol].strip() != PROTOCOL:
        yield BadSetting(name=protocol)
    if not all(map(_is_installed, _PACKAGES)):
        yield MissingPackages(name=name)


def start(given: Mapping[str, str]) -> None:
    """Switches the traces on, if OpenTelemetry's settings ask for them. They have no faults."""
    if not _endpoint_setting(given):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    os.environ.update(given)  # those of the `.env` file too, which the SDK doesn't read
    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: SERVICE}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider)


def use(provider: "TracerProvider") -> None:
    """Switches the traces on, with what makes and sends them."""
    _traces.provider, _traces.tracer = provider, provider.get_tracer(SERVICE)


def stop(seconds: float = FLUSH_SECONDS) -> None:
    """Switches the traces off, and waits for so long at most until what is left is sent."""
    provider, _traces.provider, _traces.tracer = _traces.provider, None, None
    if provider is not None:
        # In a thread, for the SDK waits for half a minute.
        thread = Thread(target=provider.shutdown, name="traces", daemon=True)
        thread.start()
        thread.join(seconds)


@contextmanager
def _span(tracer: "Tracer", name: str, attributes: Mapping[str, Value]) -> Iterator[None]:
    given = _named(attributes)
    if reference := logs.current():
        given["cleaned.reference"] = reference
    # The SDK would write down an exception's message.
    with tracer.start_as_current_span(
        name, attributes=given, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield
        except BaseException as error:
            _mark(made, error)
            raise


def _mark(made: "Span", error: BaseException) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    made.set_attribute("error.type", type(error).__qualname__)
    if not isinstance(error, CleanedError):  # else a person can do something about it, and is told
        made.set_status(StatusCode.ERROR)


def _current() -> "Span":
    from opentelemetry import trace  # noqa: PLC0415

    return trace.get_current_span()


def _named(attributes: Mapping[str, Value]) -> dict[str, Value]:
    return {
        f"cleaned.{name}": logs.without_addresses(value) if isinstance(value, str) else value
        for name, value in attributes.items()
    }


def _endpoint_setting(given: Mapping[str, str]) -> str:
    """The name of the setting that says where to send them; "" if they are off."""
    if given.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ""
    if given.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return ""
    return next((name for name in _ENDPOINTS if given.get(name)), "")


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ImportError:  # a package around it is missing
        return False
