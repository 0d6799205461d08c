//! What is kept of traces that were read: everything but the values of attributes.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::Value;

use super::{Link, Peer, Resource, Span, Status, Trace};
use crate::{
    redact::{self, CredentialSign},
    snapshot::{
        CredentialSighting, SampledResource, SampledSpan, SampledStatus, SampledTrace, TraceSample,
    },
};

/// So many spans of one trace are kept, from the top of its tree.
const OF_ONE_TRACE: usize = 250;
/// And so many of all traces.
const OF_ALL: usize = 3_000;
/// So many names of attributes of one span; a program that makes names up makes them without end.
pub(crate) const MOST_KEYS: usize = 100;
/// The values of resource attributes that say which SDK a program has.
const LANGUAGE: &str = "telemetry.sdk.language";
/// Attributes whose value is the id of the container where a program runs there.
const CONTAINERS: [&str; 2] = ["container.id", "host.name"];

/// A credential that an attribute holds: of the service with this name, on the span with this name.
/// Service, span, key, sign.
pub type Credential = (Option<String>, String, String, CredentialSign);

/// Whether a backend gave all that it has of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wholeness {
    /// It says nothing else.
    Whole,
    /// It says that it left spans out.
    Partial,
}

/// Makes a sample of traces, one after the other.
#[derive(Debug, Default)]
pub struct Sampler {
    sample: TraceSample,
    resources: HashMap<*const Resource, usize>,
    key_sets: HashMap<Vec<String>, usize>,
    credentials: BTreeMap<Credential, u64>,
    spans: usize,
}

impl Sampler {
    /// Keeps what is kept of a trace, and what was seen in its attributes before their values were taken out.
    pub fn keep(&mut self, trace: &Trace, whole: Wholeness, credentials: &[Credential]) {
        // Resources are told apart by where they are, which holds within one trace alone.
        self.resources.clear();
        let room = OF_ONE_TRACE.min(OF_ALL - self.spans);
        let spans: Vec<SampledSpan> = trace
            .spans()
            .iter()
            .take(room)
            .map(|span| self.span(span))
            .collect();
        self.spans += spans.len();
        for credential in credentials {
            *self.credentials.entry(credential.clone()).or_default() += 1;
        }
        if spans.is_empty() {
            return self.miss(format!("more than {OF_ALL} spans were read before"));
        }
        self.sample.traces.push(SampledTrace {
            id: trace.id(),
            partial: whole == Wholeness::Partial,
            left_out: trace.spans().len() - spans.len(),
            spans,
        });
    }

    /// A trace could not be read.
    pub fn miss(&mut self, reason: String) {
        self.sample.unread += 1;
        self.sample.unread_because.get_or_insert(reason);
    }

    /// The sample, out of so many traces that were found.
    pub fn finish(self, found: usize) -> TraceSample {
        let credentials = self.credentials.into_iter();
        let mut sample = self.sample;
        sample.found = found;
        sample.traces.sort_by_key(SampledTrace::order);
        sample.credentials = credentials
            .map(|((service, span, key, sign), count)| CredentialSighting {
                service,
                span,
                key,
                sign,
                count,
            })
            .collect();
        sample
    }

    fn span(&mut self, span: &Span) -> SampledSpan {
        let keys = span.attributes.iter().map(|(key, _)| key.clone());
        SampledSpan {
            id: span.id,
            parent: span.parent,
            resource: self.resource(&span.resource),
            scope: span.scope.as_deref().map(str::to_owned),
            name: span.name.clone(),
            kind: span.kind,
            start: span.start,
            end: span.end,
            status: match span.status {
                Status::Unset => SampledStatus::Unset,
                Status::Ok => SampledStatus::Ok,
                Status::Error(_) => SampledStatus::Error,
            },
            keys: self.key_set(keys.take(MOST_KEYS).collect()),
            peer: Peer::of(span),
            links: span
                .links
                .iter()
                .map(|link| (link.trace_id, link.span_id))
                .collect(),
        }
    }

    fn key_set(&mut self, mut keys: Vec<String>) -> usize {
        keys.sort();
        keys.dedup();
        let next = self.key_sets.len();
        *self.key_sets.entry(keys).or_insert_with_key(|keys| {
            let shown = keys.iter().map(|key| redact::text(key));
            self.sample.key_sets.push(shown.collect());
            next
        })
    }

    fn resource(&mut self, resource: &Arc<Resource>) -> usize {
        if let Some(place) = self.resources.get(&Arc::as_ptr(resource)) {
            return *place;
        }
        let text = |key: &str| {
            let attribute = resource.attributes.iter().find(|(name, _)| name == key)?;
            attribute.1.as_str()
        };
        let keys = resource.attributes.iter().map(|(key, _)| key.clone());
        let kept = SampledResource {
            service: resource.service.clone(),
            language: text(LANGUAGE)
                .filter(|text| is_word(text))
                .map(str::to_owned),
            container: CONTAINERS
                .iter()
                .find_map(|key| text(key).filter(|id| is_container_id(id)))
                .map(str::to_owned),
            keys: self.key_set(keys.take(MOST_KEYS).collect()),
        };
        let resources = &mut self.sample.resources;
        let place = resources.iter().position(|other| *other == kept);
        let place = place.unwrap_or_else(|| {
            resources.push(kept);
            resources.len() - 1
        });
        self.resources.insert(Arc::as_ptr(resource), place);
        place
    }
}

impl SampledTrace {
    /// The newest first.
    fn order(&self) -> impl Ord + use<> {
        let start = self.spans.iter().map(|span| span.start).max();
        (std::cmp::Reverse(start), self.id)
    }
}

impl TraceSample {
    /// The traces as trees. Attributes have no value, but for whom a call reaches.
    pub fn trees(&self) -> Vec<Trace> {
        let keys = |set: usize| {
            let keys = self.key_sets.get(set).into_iter().flatten();
            let keys: Vec<(String, Value)> = keys.map(|key| (key.clone(), Value::Null)).collect();
            keys
        };
        let resources: Vec<Arc<Resource>> = self
            .resources
            .iter()
            .map(|resource| {
                let mut attributes = keys(resource.keys);
                let told = [
                    (LANGUAGE, &resource.language),
                    (CONTAINERS[0], &resource.container),
                ];
                for (key, value) in told {
                    if let Some(value) = value {
                        attributes.retain(|(name, _)| name != key);
                        attributes.push((key.to_owned(), Value::String(value.clone())));
                    }
                }
                Arc::new(Resource {
                    service: resource.service.clone(),
                    attributes,
                })
            })
            .collect();
        let nameless = Arc::new(Resource::default());
        let span = |span: &SampledSpan| {
            let told = span.peer.as_ref().map(Peer::attributes).unwrap_or_default();
            let mut attributes = keys(span.keys);
            attributes.retain(|(key, _)| told.iter().all(|(name, _)| name != key));
            attributes.extend(told);
            Span {
                id: span.id,
                parent: span.parent,
                parent_is_unreadable: false,
                resource: Arc::clone(resources.get(span.resource).unwrap_or(&nameless)),
                scope: span.scope.as_deref().map(Arc::from),
                name: span.name.clone(),
                kind: span.kind,
                start: span.start,
                end: span.end,
                status: match span.status {
                    SampledStatus::Unset => Status::Unset,
                    SampledStatus::Ok => Status::Ok,
                    SampledStatus::Error => Status::Error(String::new()),
                },
                attributes,
                events: Vec::new(),
                links: span
                    .links
                    .iter()
                    .map(|(trace_id, span_id)| Link {
                        trace_id: *trace_id,
                        span_id: *span_id,
                    })
                    .collect(),
            }
        };
        let traces = self.traces.iter();
        traces
            .filter_map(|trace| Trace::new(trace.id, trace.spans.iter().map(span).collect()))
            .collect()
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// 12 digits as the engine gives them to a container as its name, or all 64.
fn is_container_id(text: &str) -> bool {
    matches!(text.len(), 12 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{SpanKind, tree::tests::span};

    fn attribute(key: &str, value: &str) -> (String, Value) {
        (key.to_owned(), Value::String(value.to_owned()))
    }

    fn trace(spans: Vec<Span>) -> Trace {
        Trace::new("1".parse().unwrap(), spans).unwrap()
    }

    fn sample(trace: &Trace) -> TraceSample {
        let mut sampler = Sampler::default();
        sampler.keep(trace, Wholeness::Whole, &[]);
        sampler.finish(1)
    }

    #[test]
    fn values_of_attributes_are_not_kept_and_the_tree_is() {
        let mut root = span(1, None, "web", 0, 100);
        root.status = Status::Error("hidden in the message".to_owned());
        root.attributes = vec![attribute("user.note", "hidden in a value")];
        let mut call = Span {
            kind: SpanKind::Client,
            ..span(2, Some(1), "web", 10, 20)
        };
        call.attributes = vec![attribute("server.address", "orders")];
        let original = trace(vec![root, call, span(3, Some(9), "orders", 30, 40)]);
        let sample = sample(&original);
        let json = serde_json::to_string(&sample).unwrap();
        assert!(!json.contains("hidden"), "{json}");
        assert!(json.contains("user.note"));
        let read: TraceSample = serde_json::from_str(&json).unwrap();
        assert_eq!(read, sample);
        let trees = read.trees();
        assert_eq!(trees[0].tops(), original.tops());
        assert_eq!(trees[0].extent(), original.extent());
        assert_eq!(trees[0].errors(), 1);
        assert_eq!(Peer::of(&trees[0].spans()[1]).unwrap().name(), "orders");
    }

    #[test]
    fn of_a_long_trace_the_top_is_kept_so_that_nothing_loses_its_parent() {
        let spans = (1..=250).map(|number| span(number, number.checked_sub(1), "web", 0, 9));
        let mut long: Vec<Span> = spans.collect();
        long[0].parent = None;
        long.extend((251..=255).map(|number| span(number, Some(1), "web", 1, 2)));
        let sample = sample(&trace(long));
        assert_eq!(sample.traces[0].left_out, 5);
        assert_eq!(sample.trees()[0].tops().len(), 1);
    }

    #[test]
    fn what_many_spans_have_in_common_is_written_once() {
        let spans = (1..=20).map(|number| {
            let mut span = span(number, (number > 1).then_some(1), "web", 0, 9);
            span.attributes = vec![attribute("a", "1"), attribute("b", "2")];
            span
        });
        let sample = sample(&trace(spans.collect()));
        assert_eq!(sample.resources.len(), 1);
        assert_eq!(sample.key_sets.len(), 2);
    }
}
