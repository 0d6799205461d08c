//! `ptctl backend`: minitempo in this program.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use minitempo::{Config, Endpoint, Running, Server, command::Ended, config::LogLevel};
use uuid::Uuid;

use super::end::End;
use crate::{
    cli::BackendArguments,
    error::CommandError,
    exit::Exit,
    output::Output,
    render::{Page, Tone},
};

/// Serves until it is told to end, which is no interruption: what was taken is written first.
pub(super) async fn run(args: BackendArguments, output: &mut Output) -> Result<Exit, CommandError> {
    if !args.tempo_flags.is_empty() {
        return Ok(match minitempo::command::perform(args.tempo_flags).await {
            Ended::Well => Exit::Ok,
            Ended::Misused => Exit::Usage,
            Ended::Failed => Exit::Blind,
        });
    }
    let mut end = End::new().map_err(CommandError::Runtime)?;
    let data = match &args.data {
        Some(folder) => Data::Kept(folder.clone()),
        None => Data::passing().map_err(CommandError::BackendFolder)?,
    };
    minitempo::logging::start(LogLevel::Warn);
    let served = serve(&args, &data, &mut end, output).await;
    let removed = data.let_go().map_err(CommandError::BackendFolder);
    served.and(removed)?;
    Ok(Exit::Ok)
}

async fn serve(
    args: &BackendArguments,
    data: &Data,
    end: &mut End,
    output: &mut Output,
) -> Result<(), CommandError> {
    let at = |port| Endpoint::new(args.listen.to_string(), port);
    let config = Config {
        http: at(args.http_port),
        otlp_grpc: Some(at(args.otlp_grpc_port)),
        otlp_http: Some(at(args.otlp_http_port)),
        ..Config::ephemeral(data.folder()).keeping(*args.retention)
    };
    let running = Server::start(config).await.map_err(CommandError::Backend)?;
    let mut page = output.page();
    welcome(&mut page, &running, args, data);
    let said = output.answer(&page.into_text());
    if said.is_ok() {
        end.wait().await;
    }
    running.shutdown().await;
    said
}

/// Where everything is, for a person.
fn welcome(page: &mut Page, running: &Running, args: &BackendArguments, data: &Data) {
    let mut row = |label: &str, text: String| page.entry(label, Tone::Plain, &text);
    let address = |address: Option<std::net::SocketAddr>| {
        address.map_or_else(|| "not received".to_owned(), |address| address.to_string())
    };
    row("OTLP gRPC   ", address(running.otlp_grpc_addr()));
    row("OTLP HTTP   ", address(running.otlp_http_addr()));
    row("Tempo's API ", format!("http://{}", running.http_addr()));
    let kept = if args.retention.is_zero() {
        "for good".to_owned()
    } else {
        format!("for {}", args.retention)
    };
    let place = match data {
        Data::Kept(folder) => format!("in {}", folder.display()),
        Data::Passing(folder) => format!("in {}, which is removed at the end", folder.display()),
    };
    row("spans       ", format!("kept {kept} {place}"));
}

/// The folder of the spans.
#[derive(Debug)]
enum Data {
    /// One that was named.
    Kept(PathBuf),
    /// One for this run alone.
    Passing(PathBuf),
}

impl Data {
    fn passing() -> io::Result<Self> {
        let parent = std::env::temp_dir();
        std::fs::create_dir_all(&parent)?;
        let folder = parent.join(format!("ptctl-backend-{}", Uuid::new_v4().simple()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self::Passing(folder))
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Kept(folder) | Self::Passing(folder) => folder,
        }
    }

    fn let_go(self) -> io::Result<()> {
        match self {
            Self::Kept(_) => Ok(()),
            Self::Passing(folder) => std::fs::remove_dir_all(folder),
        }
    }
}
