//! One archive for whoever is to help: what was seen, what follows from it, and a list of what is not in it.

use std::{collections::BTreeMap, io};

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use ptctl_diagnosis::{
    compose_label,
    diagnosis::Diagnosis,
    finding::{Evidence, EvidenceKind},
    observed::Observed,
    redact::{self, REDACTED},
    snapshot::Snapshot,
};

/// The snapshot in a bundle, for `--from`.
pub(crate) const SNAPSHOT_FILE: &str = "snapshot.json";
/// The list of contents.
const CONTENTS_FILE: &str = "CONTENTS.md";

/// The files of a bundle before they are packed.
#[derive(Debug)]
pub(crate) struct Bundle {
    folder: String,
    taken_at: Timestamp,
    files: Vec<BundledFile>,
}

/// One file of a bundle.
#[derive(Debug)]
pub(crate) struct BundledFile {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds, as a fragment.
    pub(crate) what: &'static str,
    content: String,
}

impl BundledFile {
    /// Its size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.content.len() as u64
    }
}

/// The texts that a bundle is made of, already rendered.
#[derive(Debug)]
pub(crate) struct Texts {
    /// The snapshot as JSON.
    pub(crate) snapshot: String,
    /// The report as JSON.
    pub(crate) report: String,
    /// The report for people.
    pub(crate) page: String,
}

impl Bundle {
    /// Puts the files together.
    pub(crate) fn new(snapshot: &Snapshot, diagnosis: &Diagnosis, texts: Texts) -> Self {
        let mut files = vec![
            BundledFile {
                name: "report.txt",
                what: "the report, for people",
                content: texts.page,
            },
            BundledFile {
                name: "report.json",
                what: "the report, for programs",
                content: texts.report,
            },
            BundledFile {
                name: SNAPSHOT_FILE,
                what: "what was seen, secrets redacted: `ptctl doctor --from` reads it",
                content: texts.snapshot,
            },
            BundledFile {
                name: "lines.txt",
                what: "the log lines that findings quote",
                content: quoted_lines(diagnosis),
            },
            BundledFile {
                name: "versions.txt",
                what: "the versions of ptctl, the engine, Compose and Tempo",
                content: versions(snapshot),
            },
        ];
        let contents = contents(snapshot, &files);
        files.insert(
            0,
            BundledFile {
                name: CONTENTS_FILE,
                what: "this list, and what was left out",
                content: contents,
            },
        );
        Self {
            folder: folder(snapshot),
            taken_at: snapshot.taken_at,
            files,
        }
    }

    /// The name of its folder, and of its archive without the ending.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// The list of contents, as it stands in the bundle.
    pub(crate) fn contents(&self) -> &str {
        self.files
            .iter()
            .find(|file| file.name == CONTENTS_FILE)
            .map_or("", |file| &file.content)
    }

    /// The archive: a gzipped tar of one folder. The same bundle gives the same bytes.
    pub(crate) fn pack(&self) -> io::Result<Vec<u8>> {
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        for file in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_size(file.size());
            header.set_mode(0o600);
            header.set_mtime(u64::try_from(self.taken_at.as_second()).unwrap_or_default());
            let path = format!("{}/{}", self.folder, file.name);
            archive.append_data(&mut header, path, file.content.as_bytes())?;
        }
        archive.into_inner()?.finish()
    }
}

/// `ptctl-shop-20261122T080000Z`.
fn folder(snapshot: &Snapshot) -> String {
    let project = snapshot.stack.project.as_deref().unwrap_or("containers");
    let name: String = project
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!(
        "ptctl-{name}-{}",
        snapshot.taken_at.strftime("%Y%m%dT%H%M%SZ")
    )
}

fn quoted_lines(diagnosis: &Diagnosis) -> String {
    let mut by_log: BTreeMap<&str, Vec<&Evidence>> = BTreeMap::new();
    for evidence in diagnosis
        .findings()
        .flat_map(|finding| &finding.evidence)
        .filter(|evidence| evidence.kind == EvidenceKind::Log)
    {
        let lines = by_log.entry(&evidence.source).or_default();
        if !lines.contains(&evidence) {
            lines.push(evidence);
        }
    }
    let mut text = String::new();
    for (log, mut lines) in by_log {
        lines.sort_by_key(|line| line.at);
        text.push_str("== ");
        text.push_str(log);
        text.push('\n');
        for line in lines {
            let at = line.at.map_or_else(|| "-".to_owned(), |at| at.to_string());
            text.push_str(&at);
            text.push(' ');
            // It was redacted when it was read; a second pass costs nothing and finds what a first one might miss.
            text.push_str(&redact::text(&line.text));
            text.push('\n');
        }
    }
    text
}

fn versions(snapshot: &Snapshot) -> String {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: &str| lines.push(format!("{name}: {value}\n"));
    line("ptctl", &snapshot.ptctl_version);
    line("engine", &snapshot.engine.version);
    line("engine API", &snapshot.engine.api_version);
    line("engine platform", &snapshot.engine.platform);
    let compose = snapshot
        .containers
        .iter()
        .find_map(|container| container.label(compose_label::VERSION));
    line("compose", compose.unwrap_or("not used, or not told"));
    for tempo in &snapshot.tempos {
        let version = match &tempo.version {
            Observed::Known(version) => version.version.clone(),
            Observed::Unknown(gap) => format!("unknown: {}", gap.reason),
        };
        line(&format!("tempo `{}`", tempo.name), &version);
    }
    for container in &snapshot.containers {
        line(&format!("image of `{}`", container.name), &container.image);
    }
    lines.concat()
}

fn contents(snapshot: &Snapshot, files: &[BundledFile]) -> String {
    let listed = files
        .iter()
        .map(|file| format!("- `{}`: {} ({} bytes)\n", file.name, file.what, file.size()))
        .collect::<Vec<_>>()
        .concat();
    let read: u64 = snapshot
        .containers
        .iter()
        .filter_map(|container| container.logs.known())
        .map(|logs| logs.window.lines)
        .sum();
    let redacted: usize = files
        .iter()
        .map(|file| file.content.matches(REDACTED).count())
        .sum();
    format!(
        "# What this bundle holds\n\n{listed}\n\
         # What was left out\n\n\
         - Logs: {read} lines were read; kept are the last lines of each log, one sample of each kind of error, and what findings quote.\n\
         - Secrets: values of variables, labels, settings and lines that look like credentials, {redacted} places marked `{REDACTED}`.\n\
         - Traces, request bodies, volumes and images: nothing of them is in here.\n\
         - Containers outside of the stack: only their names, networks and host ports.\n"
    )
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::{diagnose, fixtures, policy::Policy};

    use super::*;

    fn bundle() -> (Snapshot, Bundle) {
        let broken = fixtures::broken()
            .into_iter()
            .find(|broken| broken.code == "PT0501")
            .unwrap();
        let diagnosis = diagnose(&broken.snapshot, &Policy::default());
        let texts = Texts {
            snapshot: serde_json::to_string(&broken.snapshot).unwrap(),
            report: "{}\n".to_owned(),
            page: "report\n".to_owned(),
        };
        let bundle = Bundle::new(&broken.snapshot, &diagnosis, texts);
        (broken.snapshot, bundle)
    }

    #[test]
    fn a_bundle_holds_the_snapshot_that_it_was_made_of() {
        let (snapshot, bundle) = bundle();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.tar.gz");
        std::fs::write(&path, bundle.pack().unwrap()).unwrap();
        assert_eq!(crate::saved::load(&path).unwrap(), snapshot);
        assert_eq!(bundle.folder(), "ptctl-shop-20261122T080000Z");
    }

    #[test]
    fn a_bundle_lists_all_its_files_and_quotes_the_lines_of_its_findings() {
        let (_, bundle) = bundle();
        for file in &bundle.files {
            let listed = file.name == CONTENTS_FILE || bundle.contents().contains(file.name);
            assert!(listed, "{}", file.name);
        }
        let lines = bundle.files.iter().find(|file| file.name == "lines.txt");
        assert!(lines.unwrap().content.contains("the line that says so"));
    }

    #[test]
    fn the_same_look_gives_the_same_bytes() {
        assert_eq!(bundle().1.pack().unwrap(), bundle().1.pack().unwrap());
    }
}
