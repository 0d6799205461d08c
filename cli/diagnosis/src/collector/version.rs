//! The version of an OpenTelemetry Collector, where its image tells it.

use crate::{
    release::{ImageName, Release},
    snapshot::{CollectorFlavour, Container},
};

/// Since then receivers without an address listen on localhost.
pub const LOOPBACK_BY_DEFAULT: Release = Release::new(0, 104, 0);

impl CollectorFlavour {
    /// The release of an OpenTelemetry Collector by its image's label or tag. Grafana's collectors count their own.
    pub fn release_of(self, container: &Container) -> Option<Release> {
        match self {
            Self::OpenTelemetry => container
                .label("org.opencontainers.image.version")
                .and_then(Release::read)
                .or_else(|| Release::read(ImageName::of(&container.image).tag?)),
            Self::Alloy | Self::GrafanaAgent => None,
        }
    }
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
            let release = CollectorFlavour::OpenTelemetry.release_of(&container);
            release.map(|release| (release.major, release.minor))
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
