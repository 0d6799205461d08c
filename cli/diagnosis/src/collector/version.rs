//! The version of an OpenTelemetry Collector, where its image tells it.

use crate::snapshot::{CollectorFlavour, Container};

/// A version as major and minor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CollectorVersion {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
}

impl CollectorVersion {
    /// Since then receivers without an address listen on localhost.
    pub const LOOPBACK_BY_DEFAULT: Self = Self {
        major: 0,
        minor: 104,
    };

    /// The version of an OpenTelemetry Collector by its image's label or tag.
    pub fn of(container: &Container, flavour: CollectorFlavour) -> Option<Self> {
        match flavour {
            CollectorFlavour::OpenTelemetry => {
                let label = container.label("org.opencontainers.image.version");
                label
                    .and_then(Self::read)
                    .or_else(|| Self::read(tag(&container.image)?))
            }
            CollectorFlavour::Alloy | CollectorFlavour::GrafanaAgent => None,
        }
    }

    /// `0.140.0`, `v0.140.0`, `0.140`.
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.trim_start_matches('v').split(['.', '-']);
        Some(Self {
            major: numbers.next()?.parse().ok()?,
            minor: numbers.next()?.parse().ok()?,
        })
    }
}

fn tag(image: &str) -> Option<&str> {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    Some(last.split_once(':')?.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures, snapshot::Role};

    #[test]
    fn a_version_is_read_from_label_or_tag_and_never_guessed() {
        let version = |image: &str, label: Option<&str>| {
            let mut container = fixtures::container("collector", Role::Collector);
            container.image = image.to_owned();
            container.labels.extend(label.map(|label| {
                (
                    "org.opencontainers.image.version".to_owned(),
                    label.to_owned(),
                )
            }));
            CollectorVersion::of(&container, CollectorFlavour::OpenTelemetry)
                .map(|version| (version.major, version.minor))
        };
        let image = "registry:5000/otel/opentelemetry-collector-contrib";
        assert_eq!(version(&format!("{image}:0.103.1"), None), Some((0, 103)));
        assert_eq!(version(&format!("{image}:latest"), None), None);
        assert_eq!(version(image, None), None);
        assert_eq!(
            version(&format!("{image}:latest"), Some("v0.140.0")),
            Some((0, 140))
        );
    }
}
