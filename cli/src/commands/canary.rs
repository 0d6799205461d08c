//! `ptctl canary`: a span as each service would write it, and how it is found again.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{Flight, Landing, Sight, Snapshot};
use serde::Serialize;

use super::look;
use crate::{
    cli::{CanaryArguments, Format, Global},
    error::CommandError,
    exit::Exit,
    gather::{
        CanaryReach, CanaryWait, CanaryWish, DeeperLooks, Depth, GatherRequest, ProbeBy,
        ProbeReach, ProbeWish,
    },
    output::Output,
    render::{self, CanaryLine},
    settings,
};

/// Nothing of the past is of interest.
const SINCE: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Report<'s> {
    canaries: Vec<CanaryLine<'s>>,
}

pub(super) async fn run(
    global: &Global,
    args: CanaryArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let request = request(global, &args)?;
    output.progress("writing a span as each service would, and looking for it …");
    let snapshot = look::look(&request).await?;
    let lines = lines(&snapshot);
    let exit = lines.iter().map(exit_of).max_by_key(|exit| rank(*exit));
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::canaries(&mut page, &lines);
            page.into_text()
        }
        Format::Json => render::json(&Report { canaries: lines }).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    // Without a service there is nothing to say of anybody.
    Ok(exit.unwrap_or(Exit::Blind))
}

fn request(global: &Global, args: &CanaryArguments) -> Result<GatherRequest, CommandError> {
    let mut request = settings::request(global, &args.services, Depth::Everything, SINCE)?;
    request.timeout += *args.within;
    request.deeper = DeeperLooks {
        probe: ProbeWish::By(ProbeBy::Auto),
        helper_binary: args.helper_binary.clone(),
        reach: ProbeReach::Engine,
        canary: Some(CanaryWish {
            reach: if args.canary_external {
                CanaryReach::Anywhere
            } else {
                CanaryReach::Inside
            },
            shape: args.shape.into(),
            wait: CanaryWait::For(*args.within),
        }),
    };
    Ok(request)
}

/// The canaries of a look with the names of their services.
pub(super) fn lines(snapshot: &Snapshot) -> Vec<CanaryLine<'_>> {
    snapshot
        .canaries
        .iter()
        .filter_map(|canary| {
            Some(CanaryLine {
                service: snapshot.container(&canary.from)?.display_name(),
                canary: &canary.flight,
            })
        })
        .collect()
}

fn exit_of(line: &CanaryLine<'_>) -> Exit {
    match line.canary.known() {
        None => Exit::Blind,
        Some(flight) if !flight.delivery.is_accepted() => Exit::Findings,
        Some(flight) => match flight.landing.as_ref().map(|landing| landing.known()) {
            Some(Some(landing)) => exit_of_landing(flight, landing),
            Some(None) | None => Exit::Blind,
        },
    }
}

fn exit_of_landing(flight: &Flight, landing: &Landing) -> Exit {
    let sights = [&landing.by_id, &landing.by_tags, &landing.by_query];
    let is_any = |wanted: fn(&Sight) -> bool| sights.iter().any(|sight| wanted(sight));
    if is_any(|sight| matches!(sight, Sight::Missing { .. })) {
        Exit::Findings
    } else if is_any(|sight| matches!(sight, Sight::Failed { .. })) {
        Exit::Blind
    } else if is_any(|sight| matches!(sight, Sight::NotYet { .. })) {
        Exit::Deadline
    } else if landing.spans_found < flight.spans {
        Exit::Findings
    } else {
        Exit::Ok
    }
}

/// Blind before late before findings.
fn rank(exit: Exit) -> u8 {
    match exit {
        Exit::Ok => 0,
        Exit::Findings => 1,
        Exit::Deadline => 2,
        Exit::Blind | Exit::Usage | Exit::Interrupted | Exit::Terminated => 3,
    }
}
