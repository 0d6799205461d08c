//! Ways in which tracing breaks that a read-only look from a Docker host cannot recognise, and why.
//!
//! They stand here so that nobody takes a clean report for more than it is.

/// One way to break that no check sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unrecognised {
    /// What is broken, in one sentence without a full stop.
    pub what: &'static str,
    /// Why it cannot be seen, in Markdown.
    pub why: &'static str,
    /// What shows it, in Markdown.
    pub instead: &'static str,
}

/// All of them.
pub static UNRECOGNISED: &[Unrecognised] = &[
    Unrecognised {
        what: "A browser's exports are blocked by CORS",
        why: "The browser refuses before anything is sent; no container logs a word.",
        instead: "The browser's console, and `cors.allowed_origins` of the receiver.",
    },
    Unrecognised {
        what: "A caller's `traceparent` says `not sampled`, and everything beneath obeys",
        why: "The flag is in requests, and a span that is not made leaves no mark.",
        instead: "A request of your own with the flag set: `ptctl smoke --url URL`.",
    },
    Unrecognised {
        what: "A client library is not instrumented, or a proxy drops `traceparent`, so that a trace falls in two",
        why: "Both halves are whole traces; only comparing traces with the calls between services tells. \
              Of the formats, those that the environment names are compared (PT0338).",
        instead: "`ptctl smoke --url URL --expect-service NAME` for each service behind the first.",
    },
    Unrecognised {
        what: "Context is lost inside a process: a queue, a thread pool, a timer",
        why: "It happens between two functions of one program.",
        instead: "Root spans of kind `internal` or `consumer` in a search.",
    },
    Unrecognised {
        what: "A proxy redirects the export, or a web page answers it with 200, and the SDK calls it a success",
        why: "Nothing fails anywhere. Only an export of our own would show the answer, and a read-only look sends none. \
              SDKs that do log it are understood (PT0516).",
        instead: "Tempo's counter of accepted spans in `ptctl status`, which stands still.",
    },
    Unrecognised {
        what: "Spans are written as one tenant and searched as another",
        why: "Both tenants are valid, and each sees only its own.",
        instead: "`ptctl status --tenant ID`, once for each tenant.",
    },
    Unrecognised {
        what: "An SDK drops spans because its queue is full, and neither logs nor counts it (Go, Node)",
        why: "Its counter is private. SDKs that log it are understood (PT0512), and so are services that count it.",
        instead: "Traces with gaps under load; a larger `OTEL_BSP_MAX_QUEUE_SIZE` closes them.",
    },
    Unrecognised {
        what: "A payload that Tempo cannot decode",
        why: "Tempo writes no line and moves no counter for it. Only the client hears of it (PT0517).",
        instead: "The client's log, with its SDK's debug output on.",
    },
    Unrecognised {
        what: "A process ends with its last spans unsent, by `exit` in the middle or a crash",
        why: "An orderly exit code is an orderly exit code. Kills are seen (PT0126), and so are short stop graces (PT0127).",
        instead: "The last log line of the process beside its last span in `ptctl status`.",
    },
    Unrecognised {
        what: "A server forks after its exporter has started, by its own configuration file",
        why: "Only the command line is seen (PT0335), not what a file of the program says.",
        instead: "A service that serves requests and sends nothing (PT0701).",
    },
    Unrecognised {
        what: "A wrong clock inside one container only",
        why: "Containers share the host's clock unless a library fakes it. The engine's clock is compared (PT0133).",
        instead: "Children that begin before their parents in a trace.",
    },
    Unrecognised {
        what: "A service configured in its code",
        why: "Its environment is empty, and that proves nothing. The report states it as unknown.",
        instead: "`ptctl env`, and the label `dev.ptctl.traced=true` to have it looked at all the same.",
    },
    Unrecognised {
        what: "A firewall of the host or the cloud between networks",
        why: "Its rules are not the engine's. What follows is seen as a timeout (PT0503).",
        instead: "A connection tried from the service's own network.",
    },
    Unrecognised {
        what: "A question in Grafana with the wrong time range, time zone or id",
        why: "It is asked in somebody's browser.",
        instead: "The same trace asked of Tempo: `ptctl doctor` says whether search and look-up by id work (PT0230).",
    },
    Unrecognised {
        what: "Tempo's remote write keeps a connection to a Prometheus that was replaced",
        why: "Nothing fails, and counters of written samples go on. Failed writes are seen (PT1011).",
        instead: "The age of the last sample of `traces_spanmetrics_calls_total`.",
    },
];

#[cfg(test)]
mod tests {
    use super::UNRECOGNISED;
    use crate::{catalogue, code::Code};

    #[test]
    fn a_code_that_is_named_beside_an_unseen_fault_exists() {
        let mut seen = 0;
        for unseen in UNRECOGNISED {
            for text in [unseen.why, unseen.instead] {
                for (at, _) in text.match_indices("PT") {
                    let code: Code = text[at..at + 6].parse().unwrap();
                    assert!(catalogue::by_code(code).is_some(), "{code}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 5);
    }
}
