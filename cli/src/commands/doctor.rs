//! `ptctl doctor`: look, diagnose, write down. Changes nothing, unless `--fix` is asked for and confirmed.

use ptctl_diagnosis::snapshot::{Counters, Snapshot};

use super::{fix, look, report, wait::until_ready, watch};
use crate::{
    cli::{Doctor, Global},
    error::CommandError,
    exit::{Completeness, Exit},
    farewell::Farewell,
    gather::{DeeperLooks, Depth, GatherRequest, ProbeWish},
    output::Output,
    saved, settings,
};

pub(super) async fn run(
    global: &Global,
    args: Doctor,
    output: &mut Output,
    farewell: &Farewell,
) -> Result<Exit, CommandError> {
    if let Some(interval) = args.watch {
        return watch::run(global, &args, interval, output).await;
    }
    let policy = settings::policy(&args.report)?;
    let (snapshot, reached) = match &args.from {
        Some(path) => (saved::load(path)?, Reached::Yes),
        None => {
            let since = args.since.map_or(settings::DEFAULT_SINCE, Into::into);
            let mut request = settings::request(global, &args.services, Depth::Everything, since)?;
            request.deeper = settings::deeper(&args.deeper);
            let before = count_for_a_while(&request, &args, output).await?;
            let (mut snapshot, reached) = look_or_wait(&request, &args, output).await?;
            snapshot.counted_before = before;
            (snapshot, reached)
        }
    };
    if let Some(path) = &args.save {
        saved::save(&snapshot, path)?;
        output.note(&format!("saved what was seen to {}", path.display()));
    }
    let completeness = match reached {
        Reached::Yes => look::completeness(&snapshot),
        Reached::No => Completeness::CutByDeadline,
    };
    if !args.fix.fix {
        return report::answer(&args.report, &policy, &snapshot, completeness, output);
    }
    let fixing = fix::Fixing::new(global, &args, &policy, &snapshot)?;
    fixing.run(completeness, output, farewell).await
}

/// With `--for`: what everybody had counted, so long before the look.
async fn count_for_a_while(
    request: &GatherRequest,
    args: &Doctor,
    output: &mut Output,
) -> Result<Option<Counters>, CommandError> {
    let Some(span) = args.count_for else {
        return Ok(None);
    };
    output.progress("reading the counters …");
    let earlier = GatherRequest {
        deeper: DeeperLooks {
            probe: ProbeWish::Never,
            ..DeeperLooks::default()
        },
        ..request.clone()
    };
    let counters = Counters::of(&look::look(&earlier).await?);
    output.progress(&format!("counting for {span} …"));
    tokio::time::sleep(*span).await;
    Ok(Some(counters))
}

/// Whether what was waited for came.
#[derive(Clone, Copy)]
enum Reached {
    Yes,
    No,
}

async fn look_or_wait(
    request: &GatherRequest,
    args: &Doctor,
    output: &mut Output,
) -> Result<(Snapshot, Reached), CommandError> {
    let Some(wait) = args.wait else {
        output.progress("looking at the stack …");
        return Ok((look::look(request).await?, Reached::Yes));
    };
    // A canary is written once, however often it is looked meanwhile.
    let mut waiting = request.clone();
    waiting.deeper.canary = None;
    let waited = until_ready(&waiting, *wait, |_| false, output).await?;
    let reached = if waited.unready.is_empty() {
        Reached::Yes
    } else {
        Reached::No
    };
    match request.deeper.canary {
        Some(_) => Ok((look::look(request).await?, reached)),
        None => Ok((waited.snapshot, reached)),
    }
}
