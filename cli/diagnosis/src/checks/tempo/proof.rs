//! Proofs and settings that checks of a backend have in common.

use crate::{
    document::{Document, Node},
    finding::{Evidence, EvidenceKind, Moment},
    notices::NoticeKind,
    release::{ImageName, Release},
    snapshot::{Container, NoticeGroup},
    view::Backend,
};

/// What minitempo says in place of the branch that it was built from: it has none of Tempo's own peculiarities.
const MINITEMPO: &str = "minitempo";

/// The release of a backend that is Tempo itself: by its own word, else by its image's tag.
pub(in crate::checks) fn release(backend: &Backend<'_>) -> Option<Release> {
    if let Some(version) = backend.tempo.version.known() {
        return (version.branch != MINITEMPO)
            .then(|| Release::read(&version.version))
            .flatten();
    }
    let image = ImageName::of(&backend.container?.image);
    (image.program == "tempo")
        .then(|| Release::read(image.tag?))
        .flatten()
}

/// A counter of a backend.
pub(in crate::checks) fn metric(backend: &Backend<'_>, counter: impl Into<String>) -> Evidence {
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    Evidence::new(EvidenceKind::Metric, format!("{url}/metrics"), counter)
}

/// Since when a backend counts.
pub(in crate::checks) fn counting_since(backend: &Backend<'_>) -> Option<Moment> {
    let process = backend
        .tempo
        .metrics
        .known()
        .and_then(|metrics| metrics.started_at);
    let at = process.or(backend.container?.state.started_at)?;
    Some(Moment::new(at, "its counters began at its start"))
}

/// What a backend's log tells since its start, with its container.
pub(in crate::checks) fn notice<'s>(
    backend: &Backend<'s>,
    kind: NoticeKind,
) -> Option<(&'s Container, &'s NoticeGroup)> {
    let container = backend.container?;
    Some((container, container.logs.known()?.notice(kind)?))
}

/// The file that a backend's configuration was read from, as a person opens it; where nobody read it, in words.
pub(in crate::checks) fn file(backend: &Backend<'_>) -> String {
    match backend.tempo.file.known() {
        Some(document) => format!("`{}`", document.location(&document.root).file),
        None => "its configuration".to_owned(),
    }
}

/// A setting of a backend's file: the first of these paths that is there.
pub(in crate::checks) fn setting<'s>(
    backend: &Backend<'s>,
    paths: &[&[&str]],
) -> Option<Setting<'s>> {
    let document = backend.tempo.file.known()?;
    paths.iter().find_map(|path| {
        let node = document.at(path)?;
        Some(Setting {
            document,
            node,
            path: path.join("."),
        })
    })
}

/// A setting and where it stands.
#[derive(Debug, Clone)]
pub(in crate::checks) struct Setting<'s> {
    /// The file.
    pub(in crate::checks) document: &'s Document,
    /// The value.
    pub(in crate::checks) node: &'s Node,
    /// Its keys, joined with dots.
    pub(in crate::checks) path: String,
}

impl Setting<'_> {
    /// The setting as it is written, where it stands.
    pub(in crate::checks) fn proof(&self) -> Evidence {
        Evidence::setting(
            self.document.location(self.node),
            format!("{}: {}", self.path, self.node.text().unwrap_or("…")),
        )
    }
}

/// A count of bytes in a sentence: `30 MB`, `600 bytes`.
pub(in crate::checks) fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} bytes"),
        10_000..10_000_000 => format!("{} kB", count / 1_000),
        _ => format!("{} MB", count / 1_000_000),
    }
}
