//! Which environment variables a finding's evidence shows.

use crate::finding::{EvidenceKind, Finding};

/// Whether the evidence of both shows one environment variable.
pub(super) fn share_a_variable(one: &Finding, other: &Finding) -> bool {
    variables(one).any(|name| variables(other).any(|shown| shown == name))
}

/// The variables that evidence shows, as the container has them (`NAME=value`) or as a file writes them (`NAME: value`).
fn variables(finding: &Finding) -> impl Iterator<Item = &str> {
    finding.evidence.iter().filter_map(|evidence| {
        let (name, _) = match evidence.kind {
            EvidenceKind::Variable => evidence.text.split_once('=')?,
            EvidenceKind::Configuration => evidence.text.split_once(": ")?,
            EvidenceKind::Container
            | EvidenceKind::Log
            | EvidenceKind::Http
            | EvidenceKind::Metric
            | EvidenceKind::Event
            | EvidenceKind::Search
            | EvidenceKind::Socket
            | EvidenceKind::Network => return None,
        };
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        (!name.is_empty() && name.chars().all(is_part)).then_some(name)
    })
}
