"""The service of app.py, with its lines written by a thread of their own: the handler, and with it the filter that asks
for the ids of the span, runs where there is no span. It is what `logging.handlers.QueueListener` does."""

import logging
import logging.handlers
import queue
import runpy

set_up = logging.basicConfig


def set_up_with_a_queue(format, handlers, **settings):
    for handler in handlers:
        handler.setFormatter(logging.Formatter(format))
    lines = queue.SimpleQueue()
    logging.handlers.QueueListener(lines, *handlers).start()
    set_up(format="%(message)s", handlers=[logging.handlers.QueueHandler(lines)], **settings)


logging.basicConfig = set_up_with_a_queue
runpy.run_path("/app/app.py", run_name="__main__")
