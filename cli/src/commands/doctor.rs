//! `ptctl doctor`: look, diagnose, write down. Changes nothing.

use std::path::Path;

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{SNAPSHOT_VERSION, Snapshot};

use super::look;
use crate::{
    cli::{Doctor, Format, Global},
    error::CommandError,
    exit::Exit,
    gather::{Depth, GatherRequest},
    output::Output,
    render::{self, DoctorDocument},
    settings,
};

pub(super) async fn run(
    global: &Global,
    args: Doctor,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let (snapshot, reached) = match &args.from {
        Some(path) => (load(path)?, Reached::Yes),
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
        save(&snapshot, path)?;
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

fn save(snapshot: &Snapshot, path: &Path) -> Result<(), CommandError> {
    let text = render::json(snapshot).map_err(CommandError::Json)?;
    write_private(path, &text).map_err(|source| CommandError::Save {
        path: path.to_owned(),
        source,
    })
}

fn load(path: &Path) -> Result<Snapshot, CommandError> {
    #[derive(serde::Deserialize)]
    struct Shape {
        schema_version: u32,
    }
    let text = std::fs::read_to_string(path).map_err(|source| CommandError::Load {
        path: path.to_owned(),
        source,
    })?;
    let refused = |source| CommandError::NotASnapshot {
        path: path.to_owned(),
        source,
    };
    let shape: Shape = serde_json::from_str(&text).map_err(refused)?;
    if shape.schema_version != SNAPSHOT_VERSION {
        return Err(CommandError::SnapshotVersion {
            path: path.to_owned(),
            found: shape.schema_version,
            expected: SNAPSHOT_VERSION,
        });
    }
    serde_json::from_str(&text).map_err(refused)
}

/// Writes a file that only its owner may read: what was seen is redacted, and still nobody else's business.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}
