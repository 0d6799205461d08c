//! `ptctl smoke`: one request, its trace, a verdict.

use std::time::Duration;

use reqwest::Method;
use url::Url;

use crate::{
    cli::{Format, Global, Smoke},
    clients::{deadline::Deadline, http::HttpClient, tempo::TempoClient},
    error::CommandError,
    exit::Exit,
    gather::{Depth, gather},
    output::Output,
    render, settings,
    smoke::{SmokeOutcome, SmokeRequest, smoke},
};

/// How long its configuration is waited for; without it Tempo is asked as it usually is.
const CONFIGURATION: Duration = Duration::from_secs(2);

pub(super) async fn run(
    global: &Global,
    args: Smoke,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let request = request(&args)?;
    let base = tempo_address(global).await?;
    let setup = |error: crate::clients::http::HttpSetupError| CommandError::Gather(error.into());
    let http = HttpClient::new(&[], Some(&args.url)).map_err(setup)?;
    let access = settings::request(global, &[], Depth::Description, settings::DEFAULT_SINCE)?.tempo;
    let mut headers = access.headers;
    headers.extend(
        access
            .tenant
            .map(|tenant| ("X-Scope-OrgID".to_owned(), tenant)),
    );
    let tempo = TempoClient::new(HttpClient::new(&headers, Some(&base)).map_err(setup)?, base)
        .as_configured(Deadline::after(CONFIGURATION))
        .await;
    output.progress(&format!("sending {} {} …", request.method, request.url));
    let report = smoke(&request, &http, &tempo, Deadline::after(*args.within)).await;
    let text = match args.output.output {
        Format::Table => {
            let mut page = output.page();
            render::smoke(&mut page, &report);
            page.into_text()
        }
        Format::Json => render::json(&report).map_err(CommandError::Json)?,
    };
    output.answer(&text)?;
    Ok(match report.outcome {
        SmokeOutcome::Passed => Exit::Ok,
        SmokeOutcome::BadAnswer { .. } | SmokeOutcome::Missing { .. } => Exit::Findings,
        SmokeOutcome::NoAnswer { .. } | SmokeOutcome::NotAsked { .. } => Exit::Blind,
        SmokeOutcome::NotFound { .. } => Exit::Deadline,
    })
}

fn request(args: &Smoke) -> Result<SmokeRequest, CommandError> {
    let default = if args.body.is_some() { "POST" } else { "GET" };
    let method = args.method.as_deref().unwrap_or(default);
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
        .map_err(|_| CommandError::Request(format!("`{method}` is not an HTTP method")))?;
    if let Some(body) = &args.body {
        serde_json::from_str::<serde_json::Value>(body)
            .map_err(|error| CommandError::Request(format!("`--body` is not JSON: {error}")))?;
    }
    Ok(SmokeRequest {
        url: args.url.clone(),
        method,
        body: args.body.clone(),
        expected: args.expect_service.clone(),
    })
}

/// The address given, else that of the stack's own Tempo.
async fn tempo_address(global: &Global) -> Result<Url, CommandError> {
    if let Some(url) = &global.tempo_url {
        return Ok(url.clone());
    }
    let request = settings::request(global, &[], Depth::Everything, Duration::from_secs(1))?;
    let snapshot = gather(&request).await.map_err(CommandError::Gather)?;
    let mut reason = "the stack has none".to_owned();
    for tempo in &snapshot.tempos {
        match tempo.reached.get() {
            Ok(reached) => match Url::parse(reached.url()) {
                Ok(url) => return Ok(url),
                Err(error) => reason = format!("`{}` is no address: {error}", reached.url()),
            },
            Err(gap) => reason = gap.reason,
        }
    }
    Err(CommandError::NoTempo(reason))
}
