"""A service for the fault lab that others ask, with OpenTelemetry's own SDK for Python set up in its code: right unless its
words say otherwise, as in a program in which somebody was wrong.

Every path but /health, /outbox and /taken makes a trace and a line of log, and is answered with the ids of the traces that
the request made, here and in the services that were asked for it.
"""

import argparse
import contextlib
import contextvars
import http.server
import json
import logging
import random
import signal
import sys
import threading
import time
import urllib.parse
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("--next", metavar="URL", help="asks this service for a part of each request")
parser.add_argument("--token", help="shows this token to the service that it asks")
parser.add_argument("--client", choices=["traced", "bare"], default="traced", help="bare: nothing records what it asks")
parser.add_argument("--context", choices=["w3c", "b3", "b3-joined"], default="w3c", help="the form of the context")
parser.add_argument("--names", choices=["route", "path", "method"], default="route", help="what requests are named by")
parser.add_argument("--health", choices=["bare", "traced"], default="bare", help="traced: its health check makes traces")
parser.add_argument("--conventions", choices=["present", "former"], default="present", help="what attributes are called")
parser.add_argument("--records-items", action="store_true", help="has an attribute for each order, named by its number")
parser.add_argument("--records-headers", action="store_true", help="puts the headers of requests into attributes")
parser.add_argument("--forgets-to-end", action="store_true", help="never ends the span of a request")
parser.add_argument("--steps", type=int, default=1, help="so many spans within a request")
parser.add_argument("--logs", choices=["ids", "bare", "others-ids"], default="ids", help="the ids in its lines")
parser.add_argument("--resource", choices=["whole", "bare"], default="whole", help="bare: one of its own alone")
parser.add_argument("--called", metavar="NAME", help="its service's name in the code")
parser.add_argument("--seconds-behind", type=int, default=0, help="by so much its clock is late")
parser.add_argument("--outbox", action="store_true", help="leaves a message with each request")
parser.add_argument("--takes-from", metavar="URL", help="takes the messages from this outbox")
parser.add_argument("--messages", choices=["linked", "apart"], default="linked", help="apart: they carry no context")
parser.add_argument("--job", type=int, metavar="SECONDS", help="does a job of so long, over and over")
words = parser.parse_args()

if words.seconds_behind:
    # As a library that freezes the time for tests does it: whoever asks from now on gets this function.
    right = time.time_ns
    time.time_ns = lambda: right() - words.seconds_behind * 1_000_000_000

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

# So long a request takes, beside what others do for it.
WORK = 0.03
UNTRACED = ["/health", "/outbox", "/taken"]

logger = logging.getLogger("shop")
# Another tracer, whose spans go nowhere.
other = TracerProvider().get_tracer("audit")
# The id that the next span is given, where a server's span has that of its client.
joined = contextvars.ContextVar("joined", default=None)
outbox = []
taken = []


class JoiningIds(RandomIdGenerator):
    """Gives a server's span the id of its client's, as Zipkin's libraries do."""

    def generate_span_id(self):
        span_id = joined.get()
        joined.set(None)
        return span_id or super().generate_span_id()


class B3(TextMapPropagator):
    """The headers of Zipkin's libraries."""

    fields = {"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled"}

    def inject(self, carrier, context=None, setter=None):
        span = trace.get_current_span(context)
        ids = span.get_span_context()
        carrier["X-B3-TraceId"] = format(ids.trace_id, "032x")
        carrier["X-B3-SpanId"] = format(ids.span_id, "016x")
        carrier["X-B3-Sampled"] = "1"
        if getattr(span, "parent", None):
            carrier["X-B3-ParentSpanId"] = format(span.parent.span_id, "016x")

    def extract(self, carrier, context=None, getter=None):
        headers = {name.lower(): value for name, value in carrier.items()}
        if "x-b3-traceid" not in headers:
            return context or Context()
        parent = headers["x-b3-spanid"]
        if words.context == "b3-joined" and "x-b3-parentspanid" in headers:
            joined.set(int(parent, 16))
            parent = headers["x-b3-parentspanid"]
        flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
        ids = trace.SpanContext(int(headers["x-b3-traceid"], 16), int(parent, 16), True, flags)
        return trace.set_span_in_context(trace.NonRecordingSpan(ids), context)


class TraceContext(logging.Filter):
    """Gives every record the ids of the span that it was written in."""

    def filter(self, record):
        ids = trace.get_current_span().get_span_context()
        record.trace_id = format(ids.trace_id, "032x")
        record.span_id = format(ids.span_id, "016x")
        record.trace_flags = format(ids.trace_flags, "02x")
        return True


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path in UNTRACED:
            try:
                with nothing_or_span(self.path):
                    self.reply(untraced(self.path))
            except OSError:
                # Who is asked for a part of each request is not there yet.
                self.send_error(503)
            return
        context = propagate.extract({name.lower(): value for name, value in self.headers.items()})
        span = tracer().start_span(self.name(), context, trace.SpanKind.SERVER, attributes=self.attributes())
        with trace.use_span(span, end_on_exit=not words.forgets_to_end):
            self.reply({"trace_ids": [format(span.get_span_context().trace_id, "032x"), *serve()]})
            log('"%s" 200', self.requestline)

    def name(self):
        return {"route": "GET /orders/{id}", "path": f"GET {self.path}", "method": "GET"}[words.names]

    def attributes(self):
        known = {"http.request.method": "GET", "http.route": "/orders/{id}", "url.path": self.path}
        if words.conventions == "former":
            known = {"http.method": "GET", "http.route": "/orders/{id}", "http.target": self.path}
        if words.records_items:
            known[f"order.{random.randrange(10_000, 100_000)}.total"] = 12
        if words.records_headers:
            for name, value in self.headers.items():
                known[f"http.request.header.{name.lower()}"] = [value]
        return known

    def reply(self, answer):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Requests are logged within their span, above."""


def nothing_or_span(path):
    if path != "/health" or words.health == "bare":
        return contextlib.nullcontext()
    return tracer().start_as_current_span(f"GET {path}", Context(), trace.SpanKind.SERVER)


def untraced(path):
    if path == "/health":
        if words.next:
            urllib.request.urlopen(f"{words.next}/health", timeout=1).close()
        ids = trace.get_current_span().get_span_context()
        return {"status": "ok", "trace_ids": [format(ids.trace_id, "032x")] if ids.is_valid else []}
    if path == "/taken":
        return {"trace_ids": taken}
    return [outbox.pop(0) for _ in range(len(outbox))]


def tracer():
    return trace.get_tracer("shop")


def log(text, *arguments):
    if words.logs != "others-ids":
        logger.info(text, *arguments)
        return
    with other.start_as_current_span("request", context=Context()):
        logger.info(text, *arguments)


def serve():
    """Does the work of a request, and returns the ids of the traces that it made elsewhere."""
    for step in range(words.steps):
        with tracer().start_as_current_span("look at the stock"):
            time.sleep(WORK / words.steps)
    if words.outbox:
        with tracer().start_as_current_span("send orders", kind=trace.SpanKind.PRODUCER) as span:
            span.set_attributes({"messaging.system": "outbox", "messaging.destination.name": "orders"})
            message = {}
            if words.messages == "linked":
                propagate.inject(message)
            outbox.append(message)
    if not words.next:
        return []
    if words.client == "bare":
        return ask({})
    url = urllib.parse.urlsplit(words.next)
    with tracer().start_as_current_span("GET", kind=trace.SpanKind.CLIENT) as span:
        span.set_attributes({"http.request.method": "GET", "server.address": url.hostname, "server.port": url.port})
        headers = {}
        propagate.inject(headers)
        return ask(headers)


def ask(headers):
    if words.token:
        headers["Authorization"] = f"Bearer {words.token}"
    request = urllib.request.Request(f"{words.next}/orders/1", headers=headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)["trace_ids"]


def take_messages():
    while True:
        try:
            with urllib.request.urlopen(f"{words.takes_from}/outbox", timeout=5) as answer:
                messages = json.load(answer)
        except OSError:
            # Who leaves them is not there yet, or not any more.
            messages = []
        for message in messages:
            sender = trace.get_current_span(propagate.extract(message)).get_span_context()
            links = [trace.Link(sender)] if sender.is_valid else []
            with tracer().start_as_current_span("process orders", Context(), trace.SpanKind.CONSUMER, links=links) as span:
                time.sleep(WORK)
                log("took a message")
                taken.append(format(span.get_span_context().trace_id, "032x"))
        time.sleep(0.1)


def do_jobs():
    while True:
        with tracer().start_as_current_span("nightly report", Context()):
            ends = time.monotonic() + words.job
            while time.monotonic() < ends:
                with tracer().start_as_current_span("add up a day"):
                    time.sleep(1)


def set_up_tracing():
    if words.resource == "bare":
        resource = Resource({"deployment.environment.name": "production"})
    else:
        resource = Resource.create({"service.name": words.called} if words.called else {})
    provider = TracerProvider(resource=resource, id_generator=JoiningIds())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    if words.context != "w3c":
        propagate.set_global_textmap(B3())


def set_up_logging():
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(TraceContext())
    ids = "trace_id=%(trace_id)s span_id=%(span_id)s trace_flags=%(trace_flags)s "
    pattern = f"%(asctime)s %(levelname)s %(name)s {'' if words.logs == 'bare' else ids}%(message)s"
    logging.basicConfig(level=logging.INFO, format=pattern, handlers=[handler], force=True)


def main():
    set_up_logging()
    set_up_tracing()
    # The first process of a container gets no signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for work, wanted in [(take_messages, words.takes_from), (do_jobs, words.job)]:
        if wanted:
            threading.Thread(target=work, daemon=True).start()
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Handler)
    server.daemon_threads = True
    logger.info("listening on port 8080")
    server.serve_forever()


main()
