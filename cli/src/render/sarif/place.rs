//! Where a result is: the places in files that its evidence names, and the part of the stack that it is about.

use ptctl_diagnosis::{finding::Finding, subject::Subject};
use serde::Serialize;

use super::super::report::Report;

/// A place in a file, or a part of the stack.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    logical_locations: [LogicalLocation; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    kind: &'static str,
    fully_qualified_name: String,
}

/// The places of a finding, at least one.
pub(super) fn locations(report: &Report<'_>, finding: &Finding) -> Vec<Location> {
    let mut places: Vec<_> = finding
        .evidence
        .iter()
        .filter_map(|evidence| evidence.location.as_ref())
        .collect();
    places.dedup();
    if places.is_empty() {
        return vec![Location {
            physical_location: None,
            logical_locations: [part(report, &finding.subject)],
        }];
    }
    let place = |place: &ptctl_diagnosis::finding::Location| Location {
        physical_location: Some(PhysicalLocation {
            artifact_location: artifact(report, &place.file),
            region: Region {
                start_line: place.line.max(1),
                start_column: place.column.max(1),
            },
        }),
        logical_locations: [part(report, &finding.subject)],
    };
    places.into_iter().map(place).collect()
}

fn artifact(report: &Report<'_>, file: &str) -> ArtifactLocation {
    match report.relative(file) {
        Some(relative) => ArtifactLocation {
            uri: encoded(relative),
            uri_base_id: Some("%SRCROOT%"),
        },
        None => ArtifactLocation {
            uri: format!("file://{}", encoded(file)),
            uri_base_id: None,
        },
    }
}

fn part(report: &Report<'_>, subject: &Subject) -> LogicalLocation {
    let project = report.snapshot.stack.project.as_deref();
    LogicalLocation {
        name: subject.name().to_owned(),
        kind: match subject {
            Subject::Stack | Subject::Engine => "namespace",
            Subject::Tempo(_)
            | Subject::Service(_)
            | Subject::Collector(_)
            | Subject::Grafana(_)
            | Subject::Loki(_)
            | Subject::Prometheus(_)
            | Subject::Container(_) => "module",
        },
        fully_qualified_name: format!("{}/{}", project.unwrap_or_default(), subject.name()),
    }
}

/// A path as a URI reference (RFC 3986): everything but letters, digits, `-._~` and `/` as its bytes.
fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_path_becomes_a_uri_whatever_stands_in_it() {
        assert_eq!(
            encoded("my shop/größe#1.yml"),
            "my%20shop/gr%C3%B6%C3%9Fe%231.yml"
        );
        assert_eq!(encoded("a:b"), "a%3Ab");
    }
}
