//! `ptctl doctor`: look, diagnose, write down. Changes nothing.

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::Snapshot;

use super::look;
use crate::{
    cli::{Doctor, Format, Global},
    error::CommandError,
    exit::Exit,
    gather::{Depth, GatherRequest},
    output::Output,
    render::{self, DoctorDocument},
    saved, settings,
};

pub(super) async fn run(
    global: &Global,
    args: Doctor,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let (snapshot, reached) = match &args.from {
        Some(path) => (saved::load(path)?, Reached::Yes),
        None => {
            let request = settings::request(
                global,
                &args.selection.services,
                Depth::Everything,
                *args.since,
            )?;
            look_or_wait(&request, &args, output).await?
        }
    };
    if let Some(path) = &args.save {
        saved::save(&snapshot, path)?;
        output.note(&format!("saved what was seen to {}", path.display()));
    }
    let (diagnosis, exit) = look::judge(&snapshot);
    let exit = match (reached, exit) {
        (Reached::No, Exit::Ok | Exit::Findings) => Exit::Deadline,
        (Reached::No | Reached::Yes, exit) => exit,
    };
    let text = match args.selection.output.output {
        Format::Table => {
            let mut page = output.page();
            render::doctor(&mut page, &snapshot, &diagnosis);
            page.into_text()
        }
        Format::Json => render::json(&DoctorDocument::new(&snapshot, &diagnosis, exit))
            .map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(exit)
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
    let deadline = tokio::time::Instant::now() + *wait;
    let mut last = Vec::new();
    loop {
        let snapshot = look::look(request).await?;
        let awaited = crate::restart::unready(&snapshot);
        if awaited.is_empty() {
            return Ok((snapshot, Reached::Yes));
        }
        if awaited != last {
            for (who, why) in &awaited {
                output.note(&format!(
                    "{} waiting for {who}: {why}",
                    Timestamp::now().strftime("%H:%M:%S")
                ));
            }
            last = awaited;
        }
        if tokio::time::Instant::now() >= deadline {
            output.note(&format!("gave up waiting after {wait}"));
            return Ok((snapshot, Reached::No));
        }
        tokio::time::sleep(crate::restart::POLL).await;
    }
}
