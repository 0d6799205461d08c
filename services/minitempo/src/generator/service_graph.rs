//! Who calls whom, from the two spans of each call: the caller's and that of the called.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::edges::{Connection, Edge, EdgeKey, Entered, Side, WaitingEdges};
use super::histogram::Histogram;
use super::labels;
use super::seen::SeenSpan;
use super::series::{Budget, SeriesByLabels};
use super::settings::ServiceGraphSettings;

/// The caller of a first span that says nothing of who called.
const ANYBODY: &str = "user";

/// What is counted of the calls between two services.
#[derive(Debug, Default)]
pub(super) struct CallTotals {
    pub(super) requests: u64,
    pub(super) failed: u64,
    /// When the first of them failed.
    pub(super) failing_since: Option<Instant>,
    pub(super) server: Histogram,
    pub(super) client: Histogram,
}

/// The calls between the services of one tenant.
#[derive(Debug)]
pub(super) struct ServiceGraph {
    pub(super) series: SeriesByLabels<CallTotals>,
    waiting: WaitingEdges,
    /// Labels of every call.
    constant: String,
    /// The labels of the call at hand.
    labels: String,
    /// Calls of which at least one side was seen.
    pub(super) edges: u64,
    /// Calls whose other side never came, and is not known to send no spans.
    pub(super) expired: u64,
    /// Spans that were left out since too many calls waited.
    pub(super) dropped: u64,
}

impl ServiceGraph {
    pub(super) fn new(settings: &ServiceGraphSettings, constant: &str) -> Self {
        // Two counters and two histograms.
        let weight = 2 + 2 * Histogram::series(&settings.buckets);
        Self {
            series: SeriesByLabels::new(constant, weight),
            waiting: WaitingEdges::new(settings.wait, settings.max_items),
            constant: constant.to_owned(),
            labels: String::new(),
            edges: 0,
            expired: 0,
            dropped: 0,
        }
    }

    /// Enters the spans of one resource; one without a name of a service is no node.
    pub(super) fn take<'span>(
        &mut self,
        settings: &ServiceGraphSettings,
        service: &Arc<str>,
        resource: &[KeyValue],
        spans: impl Iterator<Item = &'span SeenSpan>,
        budget: &mut Budget,
        now: Instant,
    ) {
        for span in spans {
            let Some((role, connection)) = role_of(span) else {
                continue;
            };
            let side = Side {
                service: Arc::clone(service),
                took: Duration::from_nanos(span.end.saturating_sub(span.start)),
            };
            let database = match role {
                Role::Client => called_database(settings, resource, span),
                Role::Server => None,
            };
            let key = EdgeKey {
                trace_id: span.trace_id,
                caller: match role {
                    Role::Client => span.span_id,
                    Role::Server => span.parent_id,
                },
            };
            let entered = self.waiting.enter(key, now, |edge| {
                edge.connection = connection;
                edge.failed |= span.status == StatusCode::Error;
                let peer = first_of(&settings.peer_attributes, &[&span.attributes]);
                if let Some(peer) = peer {
                    edge.peer = Some(peer.into());
                }
                if let Some(database) = database {
                    edge.connection = Connection::Database;
                    edge.server = Some(Side {
                        service: database,
                        took: side.took,
                    });
                }
                match role {
                    Role::Client => edge.client = Some(side),
                    Role::Server => edge.server = Some(side),
                }
            });
            match entered {
                Entered::New => self.edges += 1,
                Entered::Whole(edge) => {
                    self.edges += 1;
                    self.count(settings, &edge, budget, now);
                }
                Entered::Paired(edge) => self.count(settings, &edge, budget, now),
                Entered::Again => {}
                Entered::Full => self.dropped += 1,
            }
        }
    }

    /// Gives up calls that have waited long enough; those with somebody who sends no spans are counted then.
    pub(super) fn give_up(
        &mut self,
        settings: &ServiceGraphSettings,
        budget: &mut Budget,
        now: Instant,
    ) {
        while let Some((key, mut edge)) = self.waiting.give_up(now) {
            let other = match (&edge.client, &edge.server) {
                (None, _) if key.caller == 0 => Some(edge.peer.as_deref().unwrap_or(ANYBODY)),
                (Some(_), None) => edge.peer.as_deref(),
                _ => None,
            };
            let Some(other) = other.filter(|name| !name.is_empty()) else {
                self.expired += 1;
                continue;
            };
            let other = Side {
                service: other.into(),
                took: Duration::ZERO,
            };
            edge.connection = Connection::VirtualNode;
            edge.client.get_or_insert_with(|| other.clone());
            edge.server.get_or_insert(other);
            self.count(settings, &edge, budget, now);
        }
    }

    fn count(
        &mut self,
        settings: &ServiceGraphSettings,
        edge: &Edge,
        budget: &mut Budget,
        now: Instant,
    ) {
        let (Some(client), Some(server)) = (&edge.client, &edge.server) else {
            return;
        };
        self.labels.clear();
        self.labels.push_str(&self.constant);
        labels::put(&mut self.labels, "client", &client.service);
        labels::put(&mut self.labels, "server", &server.service);
        labels::put(&mut self.labels, "connection_type", edge.connection.label());
        self.series.update(&self.labels, budget, now, |totals| {
            totals.requests += 1;
            if edge.failed {
                totals.failed += 1;
                totals.failing_since.get_or_insert(now);
            }
            totals.server.observe(&settings.buckets, server.took);
            totals.client.observe(&settings.buckets, client.took);
        });
    }
}

/// Which side of a call a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Client,
    Server,
}

/// The side that a span is, and of what; `None` for work within a service.
fn role_of(span: &SeenSpan) -> Option<(Role, Connection)> {
    match span.kind {
        SpanKind::Client => Some((Role::Client, Connection::Direct)),
        SpanKind::Producer => Some((Role::Client, Connection::Messaging)),
        SpanKind::Server => Some((Role::Server, Connection::Direct)),
        SpanKind::Consumer => Some((Role::Server, Connection::Messaging)),
        SpanKind::Internal | SpanKind::Unspecified => None,
    }
}

fn first_of<'list>(keys: &[String], lists: &[&'list [KeyValue]]) -> Option<Cow<'list, str>> {
    keys.iter().find_map(|key| labels::find(key, lists))
}

/// The database that a span calls, which sends no spans itself: by its own address where the span has one.
fn called_database(
    settings: &ServiceGraphSettings,
    resource: &[KeyValue],
    span: &SeenSpan,
) -> Option<Arc<str>> {
    let lists: [&[KeyValue]; 2] = [resource, &span.attributes];
    let database = first_of(&settings.database_attributes, &lists)?;
    for key in ["peer.service", "server.address"] {
        if let Some(address) = labels::find(key, &lists) {
            return Some(address.into()).filter(|name: &Arc<str>| !name.is_empty());
        }
    }
    let name = match labels::find("network.peer.address", &lists) {
        Some(host) => match labels::find("network.peer.port", &lists) {
            Some(port) => format!("{host}:{port}").into(),
            None => host,
        },
        None => database,
    };
    Some(name.into()).filter(|name: &Arc<str>| !name.is_empty())
}
