//! Drift of the image's name.

use super::{Comparison, Difference, Field, shown};
use crate::snapshot::{Container, Image};

pub(super) fn compare(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    let running = &comparison.container.image;
    let Some(text) = &comparison.service.image else {
        return;
    };
    let is_running = |written: &str| same_reference(written, running);
    if let Some(changed_at) = comparison.changed(text, is_running, running) {
        differences.push(Difference {
            field: Field::Image,
            written: shown(text),
            running: running.clone(),
            location: text.location.clone(),
            changed_at,
        });
    }
}

/// The image that the name of a container's image means by now, where that is another one than it runs.
pub fn newer_image<'i>(container: &Container, images: &'i [Image]) -> Option<&'i Image> {
    meant_image(container, images).filter(|meant| meant.id != container.image_id)
}

/// The image that the name of a container's image means; `None` for one that is named by its content.
pub(crate) fn meant_image<'i>(container: &Container, images: &'i [Image]) -> Option<&'i Image> {
    if container.image.starts_with("sha256:") || container.image.contains('@') {
        return None;
    }
    images.iter().find(|image| {
        let mut tags = image.tags.iter();
        tags.any(|tag| same_reference(tag, &container.image))
    })
}

/// Whether two references name the same image; where one of them is a bare id, nothing tells that they do not.
pub(crate) fn same_reference(left: &str, right: &str) -> bool {
    if left.starts_with("sha256:") || right.starts_with("sha256:") {
        return true;
    }
    let (left, right) = (Reference::of(left), Reference::of(right));
    left.repository == right.repository
        && match (left.digest, right.digest) {
            (Some(left), Some(right)) => left == right,
            (None, None) => left.tag == right.tag,
            // A digest may be what the tag stood for.
            (Some(_), None) | (None, Some(_)) => true,
        }
}

struct Reference<'r> {
    repository: String,
    tag: &'r str,
    digest: Option<&'r str>,
}

impl<'r> Reference<'r> {
    fn of(text: &'r str) -> Self {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = match name.rsplit_once(':') {
            // A colon before a slash parts a host and its port.
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            Some(_) | None => (name, "latest"),
        };
        let name = ["docker.io/", "index.docker.io/", "registry-1.docker.io/"]
            .iter()
            .find_map(|registry| name.strip_prefix(registry))
            .unwrap_or(name);
        Self {
            repository: name.strip_prefix("library/").unwrap_or(name).to_owned(),
            tag,
            digest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::same_reference;

    #[test]
    fn one_image_has_many_names() {
        for (left, right) in [
            ("redis", "redis:latest"),
            ("redis:7", "docker.io/library/redis:7"),
            ("grafana/tempo:3.0.3", "docker.io/grafana/tempo:3.0.3"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
            ("app:1@sha256:aa", "app@sha256:aa"),
            ("app:1", "app@sha256:aa"),
            ("app:1", "sha256:0123"),
        ] {
            assert!(same_reference(left, right), "{left} {right}");
            assert!(same_reference(right, left), "{right} {left}");
        }
        for (left, right) in [
            ("redis:6", "redis:7"),
            ("a/redis", "b/redis"),
            ("app@sha256:aa", "app@sha256:bb"),
            ("localhost:5000/app", "localhost:5001/app"),
        ] {
            assert!(!same_reference(left, right), "{left} {right}");
        }
    }
}
