//! `ptctl storage`: how much is stored, for how long, and how much room is left.

use ptctl_diagnosis::{code::Area, finding::Finding};

use super::look;
use crate::{
    cli::{Format, Global, StorageArguments},
    error::CommandError,
    exit::Exit,
    gather::{DeeperLooks, Depth},
    output::Output,
    render, settings,
};

pub(super) async fn run(
    global: &Global,
    args: StorageArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let mut request = settings::request(global, &[], Depth::Disks, settings::DEFAULT_SINCE)?;
    request.deeper = DeeperLooks {
        probe: settings::probe_wish(args.probe),
        helper_binary: args.helper_binary,
        ..DeeperLooks::default()
    };
    let snapshot = look::look(&request).await?;
    let (diagnosis, exit) = look::judge(&snapshot);
    let findings: Vec<&Finding> = diagnosis
        .findings()
        .filter(|finding| finding.code.area() == Some(Area::Storage))
        .collect();
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::storage(&mut page, &snapshot, &findings);
            page.into_text()
        }
        Format::Json => {
            let document = render::StorageDocument::of(&snapshot, &findings);
            render::json(&document).map_err(CommandError::Json)?
        }
    };
    output.answer(&text)?;
    // Whatever is wrong, it could be shown.
    Ok(match exit {
        Exit::Findings => Exit::Ok,
        exit => exit,
    })
}
