"""Traces, where somebody collects them: a night and each of its steps as spans that carry ids only.

OpenTelemetry's own variables decide (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, ...); without an endpoint
nothing is set up and a span costs a few microseconds. A collector that does not answer never stops a night.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@contextmanager
def span(name: str, **ids: str) -> Iterator[None]:
    """What happens inside, as a span; of a fault inside it tells the kind, not the words, which may name a file."""
    begun = _tracer().start_as_current_span(name, attributes=ids, record_exception=False, set_status_on_exception=False)
    with begun as current:
        try:
            yield
        except BaseException as error:
            current.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise


def traced(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same caller of steps, with each step in a span of its own."""

    def in_span(step: Callable[..., Any], *arguments: Any) -> Any:
        with span(step.__name__):
            return call(step, *arguments)

    return in_span


@functools.cache
def _tracer() -> trace.Tracer:
    """One for each process; begun where it is first asked for."""
    if any(map(os.environ.get, _ENDPOINTS)):
        _send_spans()
    return trace.get_tracer("parindex")


def _send_spans() -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = os.environ.get("OTEL_SERVICE_NAME", "parindex")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
