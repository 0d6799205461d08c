//! `ptctl bundle`: one archive with what was seen, for whoever is to help.

use std::path::PathBuf;

use super::look;
use crate::{
    bundle::{Bundle, Texts},
    cli::{BundleArguments, Global},
    error::CommandError,
    exit::Exit,
    gather::Depth,
    output::Output,
    render::{self, DoctorDocument},
    saved, settings,
};

pub(super) async fn run(
    global: &Global,
    args: BundleArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let snapshot = match &args.from {
        Some(path) => saved::load(path)?,
        None => {
            let request = settings::request(global, &[], Depth::Everything, *args.since)?;
            output.progress("looking at the stack …");
            look::look(&request).await?
        }
    };
    let (diagnosis, exit) = look::judge(&snapshot);
    let mut page = output.plain_page();
    render::doctor(&mut page, &snapshot, &diagnosis);
    let texts = Texts {
        snapshot: render::json(&snapshot).map_err(CommandError::Json)?,
        report: render::json(&DoctorDocument::new(&snapshot, &diagnosis, exit))
            .map_err(CommandError::Json)?,
        page: page.into_text(),
    };
    let bundle = Bundle::new(&snapshot, &diagnosis, texts);
    let path = args
        .file
        .unwrap_or_else(|| PathBuf::from(format!("{}.tar.gz", bundle.folder())));
    bundle
        .pack()
        .and_then(|archive| saved::write_private(&path, &archive))
        .map_err(|source| CommandError::Save {
            path: path.clone(),
            source,
        })?;
    output.answer(&format!(
        "{}\nwritten to {}\n",
        bundle.contents(),
        path.display()
    ))?;
    // Whatever is wrong with the stack, the bundle was made.
    Ok(match exit {
        Exit::Findings => Exit::Ok,
        exit => exit,
    })
}
