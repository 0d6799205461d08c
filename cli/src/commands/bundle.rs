//! `ptctl bundle`: one archive with what was seen, for whoever is to help.

use std::path::PathBuf;

use ptctl_diagnosis::policy::Policy;

use super::look;
use crate::{
    bundle::{Bundle, Texts},
    cli::{BundleArguments, Detail, Global, ReportFormat},
    error::CommandError,
    exit::Exit,
    gather::Depth,
    output::Output,
    render::{self, Report},
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
    let policy = Policy::default();
    let report = Report {
        snapshot: &snapshot,
        diagnosis: &diagnosis,
        policy: &policy,
        exit,
        detail: Detail::Normal,
        root: "",
        settings: None,
    };
    let written =
        |format| render::report(format, &report, output.plain_page()).map_err(CommandError::Json);
    let texts = Texts {
        snapshot: render::json(&snapshot).map_err(CommandError::Json)?,
        report: written(ReportFormat::Json)?,
        page: written(ReportFormat::Table)?,
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
