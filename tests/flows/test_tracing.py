"""Traces of a night, as a collector receives them; and a collector that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from flows import tracing
from tests.journeys.commands import NIGHT, night, parindex
from tests.servers import answering, free_ports

STEPS = (
    "pull_exports",
    "take_documents",
    "examine_batch",
    "look_at_signatures_again",
    "recompute_score",
    "lay_out",
    "close_night",
)


def test_a_night_and_its_steps_reach_a_collector_with_ids_alone(tmp_path: Path) -> None:
    _leave_a_document(tmp_path, "Nguyen Van A.pdf")
    with _collector() as (address, received):
        told = night(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=address)

    spans = {span.name: span for span in _spans(received)}
    assert set(spans) == {"night", *STEPS}
    root = spans["night"]
    said = {pair.key: pair.value.string_value for pair in root.attributes}
    assert said == {"unit": "hoi-an-dong", "night": told["night"]}
    assert {span.parent_span_id for name, span in spans.items() if name != "night"} == {root.span_id}
    assert b"Nguyen" not in b"".join(received)


def test_a_collector_that_does_not_answer_stops_no_night(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    done = parindex(tmp_path, "nightly", "--direct", "--json", "--at", NIGHT, OTEL_EXPORTER_OTLP_ENDPOINT=nobody)
    assert done.returncode in (0, 1), done.stderr


def test_of_a_fault_the_span_tells_the_kind_not_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "_tracer", lambda: provider.get_tracer("test"))

    def step() -> None:
        raise ValueError("Nguyen Van A.pdf")

    with pytest.raises(ValueError, match="Nguyen"):
        tracing.traced(lambda step: step())(step)
    (span,) = kept.get_finished_spans()
    assert span.status.description == "ValueError"
    assert "Nguyen" not in span.to_json()


def _leave_a_document(home: Path, name: str) -> None:
    inbox = home / "inbox" / "hoi-an-dong" / "1.1.1"
    inbox.mkdir(parents=True)
    (inbox / name).write_bytes(b"no document")


@contextmanager
def _collector() -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes OTLP over HTTP; its address and the bodies it received."""
    received: list[bytes] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with answering(ThreadingHTTPServer(("127.0.0.1", 0), Taker)) as port:
        yield f"http://127.0.0.1:{port}", received


def _spans(received: list[bytes]) -> list[Any]:
    asked = [ExportTraceServiceRequest.FromString(body) for body in received]
    return [s for one in asked for r in one.resource_spans for scope in r.scope_spans for s in scope.spans]
