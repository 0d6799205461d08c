//! What to do about an error, in words that can be pasted.

use std::io;

use crate::{clients::http::HttpFault, gather::GatherError, target::ChoiceError};

/// What to write instead of what Tempo did not take.
pub(super) fn query_hint(fault: &HttpFault) -> String {
    let words = fault.to_string();
    if words.contains("unknown identifier") {
        "name an attribute with its scope, such as `span.http.route` or `resource.service.name`, or with a dot, such as \
         `.http.route`"
    } else if words.contains("range specified") {
        "search a shorter time with `--since` and `--until`"
    } else if words.contains("maximum allowed duration") {
        "ask about a shorter time with `--since` and `--until`, or have traces read with `--traces 1000`"
    } else if words.contains("max limit") {
        "ask for fewer with `--limit`"
    } else if words.contains("query_end_cutoff") || words.contains("start must be before end") {
        "search further back with `--since`: this Tempo searches nothing that is newer than its `query_end_cutoff`"
    } else {
        "see https://grafana.com/docs/tempo/latest/traceql/ for what a query can say"
    }
    .to_owned()
}

/// How to get an answer from Tempo.
pub(super) fn asking_hint(fault: &HttpFault) -> Option<String> {
    match fault {
        HttpFault::Status { body, .. } if body.contains("org id") => {
            Some("name the tenant with `--tenant ID`".to_owned())
        }
        HttpFault::Status {
            status: 401 | 403, ..
        } => Some("give credentials with `--tempo-header 'Authorization: Bearer …'`".to_owned()),
        HttpFault::NoAnswer(_) => Some("give it longer with `--timeout 60s`".to_owned()),
        HttpFault::Status { .. } | HttpFault::Connection(_) | HttpFault::Answer(_) => None,
    }
}

/// How to get to a stack.
pub(super) fn gather_hint(error: &GatherError) -> Option<String> {
    if error.is_permission() {
        return Some("add your user to the group `docker`, or set `DOCKER_HOST`".to_owned());
    }
    match error {
        GatherError::NoEngine { .. } => {
            Some("start Docker, or name an engine with `--host` or `--context`".to_owned())
        }
        GatherError::Stack(ChoiceError::Ambiguous { projects }) => {
            let first = projects.first()?;
            Some(format!("choose one with `--project {first}`"))
        }
        GatherError::Stack(
            ChoiceError::NoSuchProject { known, .. } | ChoiceError::NoStack { known, .. },
        ) if !known.is_empty() => Some(format!(
            "the projects on this engine are `{}`",
            known.join("`, `")
        )),
        GatherError::Stack(_) => {
            Some("start the stack, or name another engine with `--host`".to_owned())
        }
        GatherError::Engine(_) => Some("check that the engine runs: `docker version`".to_owned()),
        GatherError::Lookup(_) | GatherError::Tempo(_) => None,
    }
}

/// Where else to listen.
pub(super) fn listen_hint(source: &io::Error) -> Option<String> {
    let text = match source.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this port: choose another with `--listen 127.0.0.1:PORT`; port 0 takes a free one"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have that address: `--listen 127.0.0.1:PORT` lets this machine in, `0.0.0.0:PORT` \
             every one"
        }
        io::ErrorKind::PermissionDenied => "ports from 1024 on need no permission",
        _ => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tempo_says_against_a_range_is_answered_with_another_range() {
        // Recorded from 2.10.8 and 3.0.3; the second is what 3.0.3 says where all of the range is too new for it.
        for (words, advice) in [
            (
                "metrics query time range exceeds the maximum allowed duration of 24h0m0s",
                "shorter time",
            ),
            (
                "http parameter start must be before end. received start=1795390854 end=1795390854",
                "further back",
            ),
            (
                "query window falls entirely within query_end_cutoff",
                "further back",
            ),
        ] {
            let fault = HttpFault::Status {
                status: 400,
                body: words.to_owned(),
            };
            assert!(query_hint(&fault).contains(advice), "{words}");
        }
    }
}
