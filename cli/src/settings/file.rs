//! `.ptctl.toml`: what a project wants of every look, beside its Compose file.
//!
//! Found like a Compose file: in the working folder or its nearest parent. A flag and its variable come first. What
//! writes or creates something is taken from a file of the same user, or of root, alone.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use humantime::Duration;
use ptctl_diagnosis::{
    glob::Glob,
    policy::{Rule, Selection, Suppression},
};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::trust::read_with_trust;
use crate::cli::{
    Cli, ColorChoice, Command, FailOn, Moment, ProbeChoice, ReportFormat, TraceAction,
};

/// The file's name.
const FILE: &str = ".ptctl.toml";

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsFile {
    fail_on: Option<FailOn>,
    only: Vec<Glob>,
    skip: Vec<Glob>,
    suppressions: Vec<Suppression>,
    since: Option<Duration>,
    output: Option<ReportFormat>,
    color: Option<ColorChoice>,
    project: Option<String>,
    probe: Option<ProbeChoice>,
    canary: bool,
    /// Where it was found.
    path: Option<PathBuf>,
    /// Why it may not ask for what writes or creates something.
    objection: Option<String>,
}

/// What is wrong with the file.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// It is there and cannot be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// Something in it means nothing.
    #[error("{}:{line}: {problem}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    fail_on: Option<Spanned<String>>,
    #[serde(default)]
    only: Vec<Spanned<String>>,
    #[serde(default)]
    skip: Vec<Spanned<String>>,
    #[serde(default)]
    suppress: Vec<Spanned<WrittenSuppression>>,
    since: Option<Spanned<String>>,
    output: Option<Spanned<String>>,
    color: Option<Spanned<String>>,
    project: Option<String>,
    probe: Option<Spanned<WrittenProbe>>,
    #[serde(default)]
    canary: bool,
}

/// `true`, `false` or the word that the flag takes.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenProbe {
    Switch(bool),
    By(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSuppression {
    code: Spanned<String>,
    subject: Option<Spanned<String>>,
    reason: String,
}

impl SettingsFile {
    /// The nearest file; nothing where there is none.
    pub fn find(working_dir: &Path) -> Result<Self, SettingsError> {
        for folder in working_dir.ancestors() {
            let path = folder.join(FILE);
            match read_with_trust(&path) {
                Ok((text, trust)) => {
                    let mut settings = Self::read(&path, &text)?;
                    settings.path = Some(path);
                    settings.objection = trust.objection();
                    return Ok(settings);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(SettingsError::Read { path, source }),
            }
        }
        Ok(Self::default())
    }

    /// What it asks for and is not taken, in words; `None` where everything is.
    fn refuse(&mut self) -> Option<String> {
        let objection = self.objection.as_ref()?;
        let path = self.path.as_ref()?;
        let mut refused = Vec::new();
        // Whoever forbids is obeyed.
        if self.probe.is_some_and(|probe| probe != ProbeChoice::Never) {
            self.probe = None;
            refused.push("`probe`");
        }
        if std::mem::take(&mut self.canary) {
            refused.push("`canary`");
        }
        (!refused.is_empty()).then(|| {
            format!(
                "note: {} of {} not taken: {objection}",
                refused.join(" and "),
                path.display()
            )
        })
    }

    fn read(path: &Path, text: &str) -> Result<Self, SettingsError> {
        let reader = Reader { path, text };
        let written: Written = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            reader.wrong(start, error.message().to_owned())
        })?;
        let suppressions = written
            .suppress
            .iter()
            .map(|suppression| reader.suppression(suppression))
            .collect::<Result<_, _>>()?;
        let settings = Self {
            fail_on: reader.choice(written.fail_on.as_ref())?,
            only: reader.globs(&written.only)?,
            skip: reader.globs(&written.skip)?,
            suppressions,
            since: written
                .since
                .as_ref()
                .map(|since| reader.parsed(since))
                .transpose()?,
            output: reader.choice(written.output.as_ref())?,
            color: reader.choice(written.color.as_ref())?,
            project: written.project,
            probe: match &written.probe {
                None => None,
                Some(probe) => Some(match probe.get_ref() {
                    WrittenProbe::Switch(true) => ProbeChoice::Auto,
                    WrittenProbe::Switch(false) => ProbeChoice::Never,
                    WrittenProbe::By(word) => reader.word(word, probe.span().start)?,
                }),
            },
            canary: written.canary,
            path: None,
            objection: None,
        };
        Ok(settings)
    }

    /// Fills in what neither a flag nor a variable says. What is not taken is returned in words.
    pub fn fill(mut self, cli: &mut Cli) -> Option<String> {
        let refused = self.refuse();
        let global = &mut cli.global;
        global.project = global.project.take().or(self.project);
        global.color = global.color.or(self.color);
        if let Command::Doctor(doctor) = &mut cli.command {
            doctor.since = doctor.since.or(self.since);
            doctor.deeper.probe = doctor.deeper.probe.or(self.probe);
            doctor.deeper.canary |= self.canary;
        }
        if let Command::Serve(serve) = &mut cli.command {
            if serve.only.is_empty() {
                serve.only.clone_from(&self.only);
            }
            if serve.skip.is_empty() {
                serve.skip.clone_from(&self.skip);
            }
            serve.suppressed_by_file.clone_from(&self.suppressions);
        }
        if let Command::Storage(storage) = &mut cli.command {
            storage.probe = storage.probe.or(self.probe);
        }
        if let Command::Trace(trace) = &mut cli.command {
            let way = match &mut trace.action {
                TraceAction::Search(search) => {
                    let since = self.since.map(|since| Moment::Ago(*since));
                    search.since = search.since.or(since);
                    &mut search.way
                }
                TraceAction::Show(show) => &mut show.way,
            };
            way.probe = way.probe.or(self.probe);
        }
        let asks = matches!(
            cli.command,
            Command::Doctor(_) | Command::Storage(_) | Command::Trace(_)
        );
        let refused = refused.filter(|_| asks);
        let Some(report) = cli.command.report_mut() else {
            return refused;
        };
        report.output = report.output.or(self.output);
        report.fail_on = report.fail_on.or(self.fail_on);
        if report.only.is_empty() {
            report.only = self.only;
        }
        if report.skip.is_empty() {
            report.skip = self.skip;
        }
        report.suppressed_by_file = self.suppressions;
        report.settings = self.path;
        refused
    }
}

/// The file while it is read, so that every error names its line.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn wrong(&self, start: usize, problem: String) -> SettingsError {
        SettingsError::Wrong {
            path: self.path.to_owned(),
            line: self.line(start),
            problem,
        }
    }

    fn line(&self, start: usize) -> usize {
        let before = self.text.as_bytes().iter().take(start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        value: &Spanned<String>,
    ) -> Result<T, SettingsError> {
        let text = value.get_ref();
        text.parse()
            .map_err(|error: T::Err| self.wrong(value.span().start, format!("`{text}`: {error}")))
    }

    fn choice<T: ValueEnum>(
        &self,
        value: Option<&Spanned<String>>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(value) = value else {
            return Ok(None);
        };
        self.word(value.get_ref(), value.span().start).map(Some)
    }

    fn word<T: ValueEnum>(&self, word: &str, start: usize) -> Result<T, SettingsError> {
        T::from_str(word, false).map_err(|_| {
            let names: Vec<String> = T::value_variants()
                .iter()
                .filter_map(ValueEnum::to_possible_value)
                .map(|value| format!("`{}`", value.get_name()))
                .collect();
            let problem = format!("`{word}` is none of {}", names.join(", "));
            self.wrong(start, problem)
        })
    }

    fn globs(&self, values: &[Spanned<String>]) -> Result<Vec<Glob>, SettingsError> {
        values
            .iter()
            .map(|value| {
                let glob: Glob = self.parsed(value)?;
                let alone = Selection {
                    only: vec![glob.clone()],
                    skip: Vec::new(),
                };
                match alone.without_effect() {
                    Some(glob) => {
                        Err(self.wrong(value.span().start, format!("`{glob}` names no check")))
                    }
                    None => Ok(glob),
                }
            })
            .collect()
    }

    fn suppression(
        &self,
        written: &Spanned<WrittenSuppression>,
    ) -> Result<Suppression, SettingsError> {
        let value = written.get_ref();
        let rule: Rule = self.parsed(&value.code)?;
        let subject = match &value.subject {
            Some(subject) => Some(self.parsed(subject)?),
            None => rule.subject,
        };
        if value.reason.trim().is_empty() {
            let problem = "`reason` is empty: say why this is not to count".to_owned();
            return Err(self.wrong(written.span().start, problem));
        }
        let line = self.line(value.code.span().start);
        Ok(Suppression {
            rule: Rule {
                code: rule.code,
                subject,
            },
            origin: format!("{FILE}:{line}"),
            reason: Some(value.reason.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;
    use crate::settings::trust::Trust;

    const WHOLE: &str = "\
fail_on = \"error\"
only = [\"PT03*\", \"tempo\"]
skip = [\"PT0304\"]
since = \"2h\"
output = \"short\"
color = \"never\"
project = \"shop\"
probe = true

[[suppress]]
code = \"PT0302\"
subject = \"scraper*\"
reason = \"sends from the host, on purpose\"
";

    fn read(text: &str) -> Result<SettingsFile, SettingsError> {
        SettingsFile::read(Path::new(FILE), text)
    }

    fn filled(arguments: &[&str]) -> Cli {
        let mut cli = Cli::parse_from([&["ptctl", "doctor"], arguments].concat());
        read(WHOLE).unwrap().fill(&mut cli);
        cli
    }

    #[test]
    fn the_file_fills_in_what_no_flag_says() {
        let cli = filled(&[]);
        assert_eq!(cli.global.project.as_deref(), Some("shop"));
        assert_eq!(cli.global.color, Some(ColorChoice::Never));
        let Command::Doctor(doctor) = &cli.command else {
            unreachable!()
        };
        assert_eq!(doctor.since.unwrap().as_secs(), 7_200);
        let report = &doctor.report;
        assert_eq!(report.output, Some(ReportFormat::Short));
        assert_eq!(report.fail_on, Some(FailOn::Error));
        assert_eq!(report.only.len(), 2);
        assert_eq!(report.skip.len(), 1);
        let [suppression] = report.suppressed_by_file.as_slice() else {
            panic!("{:?}", report.suppressed_by_file)
        };
        assert_eq!(suppression.origin, ".ptctl.toml:11");
        assert_eq!(doctor.deeper.probe, Some(ProbeChoice::Auto));
    }

    #[test]
    fn whoever_can_be_asked_to_probe_obeys_the_file() {
        let mut cli = Cli::parse_from(["ptctl", "storage"]);
        read("probe = false\n").unwrap().fill(&mut cli);
        let Command::Storage(storage) = &cli.command else {
            unreachable!()
        };
        assert_eq!(storage.probe, Some(ProbeChoice::Never));
    }

    #[test]
    fn a_flag_comes_before_the_file() {
        let cli = filled(&[
            "--project",
            "bank",
            "--color",
            "always",
            "-o",
            "json",
            "--fail-on",
            "gap",
            "--only",
            "PT01*",
            "--since",
            "1m",
            "--probe=never",
        ]);
        assert_eq!(cli.global.project.as_deref(), Some("bank"));
        assert_eq!(cli.global.color, Some(ColorChoice::Always));
        let Command::Doctor(doctor) = &cli.command else {
            unreachable!()
        };
        assert_eq!(doctor.since.unwrap().as_secs(), 60);
        assert_eq!(doctor.deeper.probe, Some(ProbeChoice::Never));
        assert_eq!(doctor.report.output, Some(ReportFormat::Json));
        assert_eq!(doctor.report.fail_on, Some(FailOn::Gap));
        assert_eq!(doctor.report.only.len(), 1);
    }

    #[test]
    fn what_writes_or_creates_is_taken_from_no_stranger_s_file() {
        let mut cli = Cli::parse_from(["ptctl", "doctor"]);
        let mut settings = read("probe = true\ncanary = true\nsince = \"2h\"\n").unwrap();
        settings.path = Some(PathBuf::from("/tmp/.ptctl.toml"));
        settings.objection = Trust::Foreign { owner: 1001 }.objection();
        let refused = settings.fill(&mut cli);
        assert_eq!(
            refused.as_deref(),
            Some(
                "note: `probe` and `canary` of /tmp/.ptctl.toml not taken: it belongs to another user (1001)"
            )
        );
        let Command::Doctor(doctor) = &cli.command else {
            unreachable!()
        };
        assert_eq!(doctor.deeper.probe, None);
        assert!(!doctor.deeper.canary);
        assert_eq!(doctor.since.unwrap().as_secs(), 7_200);
    }

    #[test]
    fn what_means_nothing_is_named_with_its_line() {
        for (text, says) in [
            (
                "\nfial_on = \"error\"\n",
                ".ptctl.toml:2: unknown field `fial_on`",
            ),
            (
                "colour = \"auto\"\n",
                ".ptctl.toml:1: unknown field `colour`",
            ),
            (
                "\nprobe = \"always\"\n",
                ".ptctl.toml:2: `always` is none of `auto`, ",
            ),
            (
                "# a\n\nfail_on = \"errors\"\n",
                ".ptctl.toml:3: `errors` is none of `error`, ",
            ),
            (
                "only = [\n  \"tempo\",\n  \"tmepo\",\n]\n",
                ".ptctl.toml:3: `tmepo` names no check",
            ),
            ("since = \"soon\"\n", ".ptctl.toml:1: `soon`: "),
            ("a = \n", ".ptctl.toml:1: "),
            (
                "[[suppress]]\ncode = \"PT9999\"\nreason = \"x\"\n",
                ".ptctl.toml:2: `PT9999`: no check has the code PT9999",
            ),
            (
                "[[suppress]]\ncode = \"PT0302\"\n",
                ".ptctl.toml:1: missing field `reason`",
            ),
            (
                "[[suppress]]\ncode = \"PT0302\"\nreason = \" \"\n",
                ".ptctl.toml:1: `reason` is empty",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn the_nearest_file_above_the_working_folder_counts() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(root.path().join(FILE), "project = \"far\"\n").unwrap();
        let project = || SettingsFile::find(&deep).unwrap().project;
        assert_eq!(project().as_deref(), Some("far"));
        fs::write(root.path().join("a").join(FILE), "project = \"near\"\n").unwrap();
        assert_eq!(project().as_deref(), Some("near"));
    }
}
