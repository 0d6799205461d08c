//! The traces of a look, as checks judge them.

use jiff::Timestamp;

use super::{Service, Stack};
use crate::{
    finding::{Evidence, EvidenceKind},
    observed::{Gap, Observed},
    snapshot::{Container, Snapshot, Tempo},
    trace::{SETTLED, Span, Trace, Wholeness},
};

/// A trace that a backend gave.
#[derive(Debug)]
pub struct SeenTrace<'s> {
    /// The trace. Attributes have no values, but for whom a call reaches.
    pub trace: Trace,
    /// Whether the backend gave all that it has of it.
    pub wholeness: Wholeness,
    /// Who gave it.
    pub tempo: &'s Tempo,
}

impl SeenTrace<'_> {
    /// Its page in the backend's API, with what is to be seen there.
    pub fn evidence(&self, text: impl Into<String>) -> Evidence {
        let reached = self.tempo.reached.known();
        let url = reached.map_or("", |reached| reached.url());
        let page = format!("{url}/api/traces/{}", self.trace.id());
        Evidence::new(EvidenceKind::Search, page, text).at(moment(self.trace.extent().start))
    }

    /// The command that shows it.
    pub fn command(&self) -> String {
        format!("ptctl trace show {}", self.trace.id())
    }

    /// Its spans of the service with this name.
    pub fn spans_of<'t>(&'t self, service: &'t str) -> impl Iterator<Item = (usize, &'t Span)> {
        let spans = self.trace.spans().iter().enumerate();
        spans.filter(move |(_, span)| span.service() == Some(service))
    }
}

/// The traces of every backend that these services had a part in as they run now: what ended before one of those was
/// started tells nothing of it any more. A gap where not one backend that was asked gave any, and one could not be read.
pub(super) fn seen<'s>(
    snapshot: &'s Snapshot,
    services: &[Service<'s>],
) -> Result<Vec<SeenTrace<'s>>, Gap> {
    let mut traces = Vec::new();
    let mut gap = None;
    for tempo in &snapshot.tempos {
        match &tempo.sample {
            Some(Observed::Known(sample)) => {
                let wholeness = sample.traces.iter().map(|trace| {
                    if trace.partial {
                        Wholeness::Partial
                    } else {
                        Wholeness::Whole
                    }
                });
                let trees = sample.trees().into_iter().zip(wholeness);
                let current = trees.filter(|(trace, _)| !is_past(trace, services));
                traces.extend(current.map(|(trace, wholeness)| SeenTrace {
                    trace,
                    wholeness,
                    tempo,
                }));
            }
            Some(Observed::Unknown(missing)) => gap = Some(missing.clone()),
            None => {}
        }
    }
    match gap {
        Some(gap) if traces.is_empty() => Err(gap),
        Some(_) | None => Ok(traces),
    }
}

/// Whether a trace ended before one of the services that have spans in it was started.
fn is_past(trace: &Trace, services: &[Service<'_>]) -> bool {
    let Some(end) = moment(trace.extent().end) else {
        return false;
    };
    services.iter().any(|service| {
        let started = service.container.state.started_at;
        let name = service.name.as_ref().map(|name| name.0.as_str());
        let mut spans = trace.spans().iter();
        started.is_some_and(|started| started > end)
            && name.is_some()
            && spans.any(|span| span.service() == name)
    })
}

impl<'s> Stack<'s> {
    /// The traces of the look, the newest of each backend first; empty where none were asked for.
    pub fn traces(&self) -> Result<&[SeenTrace<'s>], Gap> {
        self.traces.as_deref().map_err(Gap::clone)
    }

    /// Those of which nothing is on its way any more, and nothing was lost because something was started again since.
    pub fn settled(&self) -> Result<Vec<&SeenTrace<'s>>, Gap> {
        let started = self.snapshot.containers.iter();
        let started = started.filter_map(|container| container.state.started_at);
        let last_start = started.max();
        let traces = self.traces()?.iter();
        let settled = traces.filter(|seen| {
            let extent = seen.trace.extent();
            let (Some(from), Some(to)) = (moment(extent.start), moment(extent.end)) else {
                return false;
            };
            self.snapshot.taken_at.duration_since(to) >= SETTLED
                && last_start.is_none_or(|start| from > start)
        });
        Ok(settled.collect())
    }

    /// The service of the stack whose spans carry this name.
    pub fn service_called(&self, name: &str) -> Option<&Service<'s>> {
        self.services
            .iter()
            .find(|service| service.name.as_ref().is_some_and(|own| own.0 == name))
    }

    /// The container that answers to a host on a network of the stack, or has it as its address.
    pub fn container_called(&self, host: &str) -> Option<&'s Container> {
        self.snapshot.containers.iter().find(|container| {
            container.name == host
                || container.service.as_deref() == Some(host)
                || container.attachments.iter().any(|attachment| {
                    attachment.names.iter().any(|name| name == host)
                        || attachment
                            .address
                            .is_some_and(|address| address.to_string() == host)
                })
        })
    }
}

fn moment(nanoseconds: u64) -> Option<Timestamp> {
    (nanoseconds > 0)
        .then(|| Timestamp::from_nanosecond(i128::from(nanoseconds)).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use crate::{
        fixtures::{self, ago},
        view::Stack,
    };

    #[test]
    fn a_trace_of_before_a_start_of_one_of_its_services_tells_nothing_of_now() {
        let seen = |restarted: &str| {
            let mut snapshot = fixtures::healthy();
            snapshot.traced([fixtures::request(100), fixtures::request(300)]);
            snapshot.service_mut(restarted).state.started_at = Some(ago(200));
            Stack::of(&snapshot).traces().unwrap().len()
        };
        assert_eq!(seen("scraper"), 1);
        assert_eq!(seen("tempo"), 2);
    }
}
