//! `ptctl serve`: look again and again, and serve what is found.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use ptctl_diagnosis::{policy::Policy, watch::Watch};
use tokio::{
    net::TcpListener,
    sync::watch::{Sender, channel},
    time::Instant,
};

use super::{
    end::End,
    report,
    round::{Round, Seen, round},
};
use crate::{
    cli::{Detail, Global, Interval, ReportFormat, ServeArguments},
    clients::cause::on_one_line,
    context::Environment,
    error::CommandError,
    exit::{Completeness, Exit},
    gather::{DeeperLooks, Depth, GatherRequest},
    output::Output,
    render::{self, Report, Tone, Verdict},
    serve::{Outcome, Pages, Pulse, Tally, router},
    settings,
};

/// How much longer than its deadline a look may take before it counts as stuck.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until it is told to end, which is no interruption.
pub(super) async fn run(
    global: &Global,
    args: &ServeArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let policy = settings::policy_of_server(args)?;
    let mut request = settings::request(global, &[], Depth::Everything, *args.since)?;
    // Nothing is created and nothing sent, whatever a label or the settings allow.
    request.deeper = DeeperLooks::default();
    let environment = Environment::of_this_process().map_err(CommandError::Runtime)?;
    let mut end = End::new().map_err(CommandError::Runtime)?;
    let listener = TcpListener::bind(args.listen);
    let (listener, address) = match listener.await {
        Ok(listener) => {
            let address = listener.local_addr().map_err(CommandError::Serve)?;
            (listener, address)
        }
        Err(source) => {
            let address = args.listen;
            return Err(CommandError::Listen { address, source });
        }
    };
    welcome(args, address, output)?;
    let between = args.interval.length() + GRACE;
    // A look may be allowed more time than can be counted.
    let allowed = between.saturating_add(request.timeout);
    let (pages, latest) = channel(Arc::new(Pages::before(Pulse::first(allowed))));
    let looks = Looks {
        request,
        policy,
        interval: args.interval,
        allowed,
        root: report::root(&environment),
        pages,
        tally: Tally::default(),
        watch: Watch::default(),
        verdict: None,
    };
    tokio::select! {
        served = axum::serve(listener, router(latest)) => served.map_err(CommandError::Serve)?,
        told = looks.go_on(output) => told?,
        () = end.wait() => {}
    }
    Ok(Exit::Ok)
}

/// Where everything is, and who can see it.
fn welcome(
    args: &ServeArguments,
    address: SocketAddr,
    output: &mut Output,
) -> Result<(), CommandError> {
    let mut page = output.page();
    for (label, path) in [
        ("metrics  ", "metrics"),
        ("report   ", "report.json"),
        ("health   ", "healthz"),
    ] {
        page.entry(label, Tone::Plain, &format!("http://{address}/{path}"));
    }
    let text = format!("every {}, read-only", args.interval);
    page.entry("looks    ", Tone::Plain, &text);
    output.answer(&page.into_text())?;
    if !address.ip().is_loopback() {
        output.note(&format!(
            "note: whoever reaches {address} reads the report: there is no password and no TLS"
        ));
    }
    Ok(())
}

/// The looks, one at a time, and what is known from one to the next.
struct Looks {
    request: GatherRequest,
    policy: Policy,
    interval: Interval,
    allowed: Duration,
    root: String,
    pages: Sender<Arc<Pages>>,
    tally: Tally,
    watch: Watch,
    verdict: Option<Verdict>,
}

impl Looks {
    async fn go_on(mut self, output: &mut Output) -> Result<(), CommandError> {
        loop {
            let began = Instant::now();
            let round = round(&self.request, &self.policy).await;
            self.take(round, output)?;
            // At once where the look took longer.
            tokio::time::sleep_until(began + self.interval.length()).await;
        }
    }

    /// Takes in a look: makes the pages anew, and writes a line for whatever changed.
    fn take(&mut self, round: Round, output: &mut Output) -> Result<(), CommandError> {
        let Round { at, took, seen } = round;
        let (changes, verdict, report) = match seen {
            Ok(seen) => {
                let gaps = seen.diagnosis.gaps.len();
                self.tally.count(at, took, outcome(&seen), Some(gaps));
                let changes = self.watch.look(at, &seen.diagnosis);
                let report = self.report(&seen);
                let text = render::report(ReportFormat::Json, &report, output.plain_page())
                    .map_err(CommandError::Json)?;
                let verdict = Verdict::of(&report);
                let before = self.verdict.replace(verdict.clone());
                let is_other = before.is_none_or(|before| !before.is_like(&verdict));
                (changes, is_other.then_some(verdict), Ok(text))
            }
            Err(error) => {
                let reason = on_one_line(&error);
                self.tally.count(at, took, Outcome::Failed, None);
                let lost = self.watch.fail(at, reason.clone());
                (Vec::from_iter(lost), None, Err(reason))
            }
        };
        let project = self.verdict.as_ref().and_then(Verdict::project);
        let pulse = Pulse::beat(self.allowed);
        let pages = Pages::new(&self.tally, &self.watch, project, report, pulse);
        self.pages.send_replace(Arc::new(pages));
        let mut page = output.page();
        render::change_lines(&mut page, at, &changes, verdict.as_ref());
        output.answer(&page.into_text())
    }

    fn report<'a>(&'a self, seen: &'a Seen) -> Report<'a> {
        Report {
            snapshot: &seen.snapshot,
            diagnosis: &seen.diagnosis,
            policy: &self.policy,
            exit: seen.exit,
            detail: Detail::Normal,
            root: &self.root,
            settings: None,
        }
    }
}

fn outcome(seen: &Seen) -> Outcome {
    if seen.diagnosis.is_blind() {
        Outcome::Blind
    } else if seen.completeness == Completeness::CutByDeadline {
        Outcome::Late
    } else {
        Outcome::Whole
    }
}
