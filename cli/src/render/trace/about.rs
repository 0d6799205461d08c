//! What is said of a span besides its name and its time.

use std::collections::HashSet;

use anstyle::{AnsiColor, Style};
use ptctl_diagnosis::trace::{Resource, Span};
use serde_json::Value;

use super::shown::Detail;
use crate::render::{Glyphs, length::length};

/// Says what is wanted of each span, and of each resource once.
#[derive(Debug)]
pub(super) struct Said<'t> {
    details: &'t [Detail],
    /// Where the resources lie that were seen; each batch of spans has its own copy.
    seen: HashSet<*const Resource>,
    described: Vec<&'t Resource>,
}

impl<'t> Said<'t> {
    /// Nothing was said yet.
    pub(super) fn new(details: &'t [Detail]) -> Self {
        Self {
            details,
            seen: HashSet::new(),
            described: Vec::new(),
        }
    }

    /// What is said of a span, a line each.
    pub(super) fn of(&mut self, span: &'t Span, glyphs: Glyphs) -> Vec<(Style, String)> {
        let mut texts = Vec::new();
        if let Some(failure) = span.failure() {
            texts.push((AnsiColor::Red.on_default(), failure));
        }
        if self.details.contains(&Detail::Events) {
            for event in &span.events {
                let after = event.at.saturating_sub(span.start);
                let mut text = format!("+{} {}", length(after, glyphs), event.name);
                for (key, value) in &event.attributes {
                    text.push_str("  ");
                    text.push_str(&said(key, value));
                }
                texts.push((Style::new(), text));
            }
        }
        if self.details.contains(&Detail::Attributes) {
            let faint = Style::new().dimmed();
            let attributes = self.attributes(span).into_iter();
            texts.extend(attributes.map(|text| (faint, text)));
        }
        texts
    }

    fn attributes(&mut self, span: &'t Span) -> Vec<String> {
        let mut texts = Vec::new();
        let resource: &'t Resource = &span.resource;
        if self.seen.insert(std::ptr::from_ref(resource)) && !self.described.contains(&resource) {
            self.described.push(resource);
            let attributes = resource.attributes.iter();
            texts.extend(attributes.map(|(key, value)| format!("resource.{}", said(key, value))));
        }
        texts.push(format!("span {}, {}", span.id, span.kind.word()));
        let scope = span.scope.iter();
        texts.extend(scope.map(|scope| format!("recorded by {scope}")));
        let own = span.attributes.iter();
        texts.extend(own.map(|(key, value)| said(key, value)));
        let links = span.links.iter();
        texts.extend(
            links.map(|link| format!("linked to {} in trace {}", link.span_id, link.trace_id)),
        );
        texts
    }
}

fn said(key: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{key}={text}"),
        value => format!("{key}={value}"),
    }
}

/// A text of which no more than so many characters are shown.
pub(super) fn within(text: String, limit: usize) -> String {
    let count = text.chars().count();
    if count <= limit {
        return text;
    }
    let cut: String = text.chars().take(limit).collect();
    format!("{cut}… ({count} characters)")
}
