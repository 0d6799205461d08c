"""A small service for the fault lab, with OpenTelemetry's own SDK for Python.

    app.py                     the SDK is set up from outside, by `opentelemetry-instrument`, or not at all
    app.py --sdk grpc|http     the SDK is set up here, as its documentation shows it

Every path but /health makes a span and a line of log, and is answered with the trace's id. With TEXTANALYZER_URL set,
a text is analysed there within the same trace. What is wrong with the tracing never shows in an answer.
"""

import argparse
import http.server
import json
import logging
import os
import signal
import sys
import urllib.request

from opentelemetry import propagate, trace

TEXT = {"text": "The lab breaks a stack on purpose. The doctor names the cause."}
logger = logging.getLogger("orders")


class TraceContext(logging.Filter):
    """Gives every record the ids of the span that it was written in."""

    def filter(self, record):
        context = trace.get_current_span().get_span_context()
        record.trace_id = format(context.trace_id, "032x")
        record.span_id = format(context.span_id, "016x")
        return True


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.reply({"status": "ok"})
            return
        tracer = trace.get_tracer("orders")
        context = propagate.extract(dict(self.headers.items()))
        with tracer.start_as_current_span(f"GET {self.path}", context=context, kind=trace.SpanKind.SERVER) as span:
            analyse()
            logger.info('"%s" 200', self.requestline)
            self.reply({"trace_id": format(span.get_span_context().trace_id, "032x")})

    def reply(self, answer):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Requests are logged within their span, above."""


def analyse():
    url = os.environ.get("TEXTANALYZER_URL")
    if not url:
        return
    with trace.get_tracer("orders").start_as_current_span("POST /api/analyze", kind=trace.SpanKind.CLIENT):
        headers = {"Content-Type": "application/json"}
        propagate.inject(headers)
        request = urllib.request.Request(f"{url}/api/analyze", json.dumps(TEXT).encode(), headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            answer.read()


def set_up_sdk(protocol):
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def set_up_logging():
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(TraceContext())
    pattern = "%(asctime)s %(levelname)s %(name)s trace_id=%(trace_id)s span_id=%(span_id)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=pattern, handlers=[handler], force=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sdk", choices=["grpc", "http"])
    sdk = parser.parse_args().sdk
    set_up_logging()
    if sdk:
        set_up_sdk(sdk)
    # The first process of a container gets no signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Handler)
    server.daemon_threads = True
    logger.info("listening on port 8080")
    server.serve_forever()


main()
