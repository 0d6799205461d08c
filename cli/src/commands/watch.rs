//! `ptctl doctor --watch`: look again and again, and tell what changes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    diagnosis::Diagnosis,
    policy::Policy,
    watch::{Change, Watch},
};
use tokio::time::Instant;

use super::{
    report,
    round::{Round, Seen, round},
};
use crate::{
    cli::{Detail, Doctor, Global, Interval, ReportArguments, ReportFormat},
    clients::cause::on_one_line,
    context::Environment,
    error::CommandError,
    exit::Exit,
    gather::{DeeperLooks, Depth},
    output::{Heard, Output},
    render::{self, Report, Verdict, WatchScreen},
    settings,
};

/// A look that takes longer is told of beneath the picture.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks until a signal ends it, or until nobody reads any more; then it ends as the last look did.
pub(super) async fn run(
    global: &Global,
    args: &Doctor,
    interval: Interval,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let policy = settings::policy(&args.report)?;
    let manner = Manner::of(&args.report, output)?;
    let since = args.since.map_or(settings::DEFAULT_SINCE, Into::into);
    let mut request = settings::request(global, &args.services, Depth::Everything, since)?;
    request.deeper = DeeperLooks {
        // A span at every look is more than anybody asked for, also where the settings ask for one at a look.
        canary: None,
        ..settings::deeper(&args.deeper)
    };
    let mut course = Course::new(args, &policy, interval)?;
    output.progress("looking at the stack …");
    loop {
        let began = Instant::now();
        let look = round(&request, &policy);
        tokio::pin!(look);
        let round = tokio::select! {
            round = &mut look => round,
            () = tokio::time::sleep(PATIENCE) => {
                course.say_looking(manner, output)?;
                look.await
            }
        };
        let now = Now {
            at: round.at,
            took: SignedDuration::try_from(round.took).unwrap_or_default(),
        };
        let news = course.take(round, output)?;
        if course.tell(manner, &now, &news, output)? == Heard::ByNobody {
            return Ok(course.verdict.map_or(Exit::Ok, |verdict| verdict.exit));
        }
        // At once where the look took longer.
        tokio::time::sleep_until(began + interval.length()).await;
    }
}

/// How changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// A picture that is drawn over.
    Picture,
    /// Lines that are added.
    Lines,
    /// JSON lines.
    Documents,
}

impl Manner {
    fn of(args: &ReportArguments, output: &Output) -> Result<Self, CommandError> {
        if args.detail() == Detail::Nothing {
            return Err(CommandError::SilentWatch);
        }
        match args.format() {
            ReportFormat::Table if output.can_redraw() => Ok(Self::Picture),
            ReportFormat::Table | ReportFormat::Short => Ok(Self::Lines),
            ReportFormat::Json => Ok(Self::Documents),
            ReportFormat::Junit => Err(CommandError::WatchFormat("junit")),
            ReportFormat::Sarif => Err(CommandError::WatchFormat("sarif")),
            ReportFormat::Github => Err(CommandError::WatchFormat("github")),
            ReportFormat::Markdown => Err(CommandError::WatchFormat("markdown")),
        }
    }
}

/// The last look.
struct Now {
    at: Timestamp,
    took: SignedDuration,
}

/// What a look brought.
struct News {
    changes: Vec<Change>,
    /// The verdict, where it is another one than before.
    verdict: Option<Verdict>,
}

/// What is known from look to look.
struct Course<'a> {
    args: &'a ReportArguments,
    policy: &'a Policy,
    interval: Interval,
    root: String,
    watch: Watch,
    verdict: Option<Verdict>,
}

impl<'a> Course<'a> {
    fn new(args: &'a Doctor, policy: &'a Policy, interval: Interval) -> Result<Self, CommandError> {
        let environment = Environment::of_this_process().map_err(CommandError::Runtime)?;
        Ok(Self {
            args: &args.report,
            policy,
            interval,
            root: report::root(&environment),
            watch: Watch::default(),
            verdict: None,
        })
    }

    /// Takes in a look. The first has to show something: a slip in the command line is not to be watched.
    fn take(&mut self, round: Round, output: &mut Output) -> Result<News, CommandError> {
        let seen = match round.seen {
            Ok(seen) => seen,
            Err(error) if self.verdict.is_none() => return Err(error),
            Err(error) => {
                let lost = self.watch.fail(round.at, on_one_line(&error));
                return Ok(News {
                    changes: lost.into_iter().collect(),
                    verdict: None,
                });
            }
        };
        if self.verdict.is_none() {
            report::note_unknown_labels(&seen.snapshot, output);
        }
        let changes = self.watch.look(round.at, &seen.diagnosis);
        let verdict = self.judge(&seen);
        let was_like = self.verdict.replace(verdict.clone());
        let is_other = was_like.is_none_or(|before| !before.is_like(&verdict));
        Ok(News {
            changes,
            verdict: is_other.then_some(verdict),
        })
    }

    fn judge(&self, seen: &Seen) -> Verdict {
        let diagnosis: &Diagnosis = &seen.diagnosis;
        Verdict::of(&Report {
            snapshot: &seen.snapshot,
            diagnosis,
            policy: self.policy,
            exit: report::exit(self.args, seen.exit),
            detail: self.args.detail(),
            root: &self.root,
            settings: self.args.settings.as_deref(),
        })
    }

    fn tell(
        &self,
        manner: Manner,
        now: &Now,
        news: &News,
        output: &mut Output,
    ) -> Result<Heard, CommandError> {
        let verdict = news.verdict.as_ref();
        let text = match manner {
            Manner::Picture => return self.draw(now, output),
            Manner::Lines => {
                let mut page = output.page();
                render::change_lines(&mut page, now.at, &news.changes, verdict);
                page.into_text()
            }
            Manner::Documents => render::change_documents(now.at, &news.changes, verdict)
                .map_err(CommandError::Json)?,
        };
        if text.is_empty() {
            return Ok(Heard::Yes);
        }
        output.tell(&text)
    }

    /// Says beneath the picture that a look is under way.
    fn say_looking(&self, manner: Manner, output: &mut Output) -> Result<Heard, CommandError> {
        if manner != Manner::Picture || self.verdict.is_none() {
            return Ok(Heard::Yes);
        }
        let began = Timestamp::now() - PATIENCE;
        output.redraw_line(&render::looking_line(began))
    }

    fn draw(&self, now: &Now, output: &mut Output) -> Result<Heard, CommandError> {
        let Some(verdict) = &self.verdict else {
            return Ok(Heard::Yes);
        };
        let mut page = output.page();
        let screen = WatchScreen {
            watch: &self.watch,
            verdict,
            now: now.at,
            detail: self.args.detail(),
        };
        render::watch_screen(&mut page, &screen);
        let line = match self.args.detail() {
            Detail::Nothing | Detail::Problems => String::new(),
            Detail::Normal | Detail::Full | Detail::Everything => {
                render::watch_line(now.at, now.took, &self.interval.to_string())
            }
        };
        output.redraw(&page.into_text(), &line)
    }
}
