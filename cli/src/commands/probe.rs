//! `ptctl probe`: the way from a service's own network to its endpoint, rung by rung.

use std::time::Duration;

use ptctl_diagnosis::{
    code::Code,
    diagnosis::Diagnosis,
    export::{Endpoint, Scheme, TRACES_PATH},
    finding::{Finding, Severity},
    ladder::{Break, Judgement, judge},
    observed::Observed,
    snapshot::{
        Destination, Encryption, Ladder, LadderDepth, NetworkPath, OtlpProtocol, Status, Way,
        WayPlace,
    },
    view::{Service, Stack},
};

use super::look;
use crate::{
    cli::{Format, Global, ProbeArguments, SpokenProtocol},
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        otlp::{Compression, Exporter, Protocol, Security, TlsSettings},
    },
    error::CommandError,
    exit::Exit,
    gather::{DeeperLooks, Depth, GatherRequest, ProbeBy, ProbeReach, ProbeWish, connect},
    inside::{NetworkTask, Place},
    output::Output,
    probe::{self, network_path::Owners},
    render::{self, LadderLine, LadderRemedy},
    settings,
};

/// Nothing of the past is of interest, save what the services said of late.
const SINCE: Duration = Duration::from_mins(15);
/// The engine is only asked whose an address is.
const WHOSE: Duration = Duration::from_secs(2);

pub(super) async fn run(
    global: &Global,
    args: ProbeArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    match args.from_host.clone() {
        Some(endpoint) => from_host(global, &args, &endpoint, output).await,
        None => from_services(global, &args, output).await,
    }
}

async fn from_services(
    global: &Global,
    args: &ProbeArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    output.progress("trying the way of each service, from its own network …");
    let snapshot = look::look(&request(global, args)?).await?;
    let (diagnosis, _) = look::judge(&snapshot);
    let stack = Stack::of(&snapshot);
    let lines: Vec<LadderLine<'_>> = stack
        .services
        .iter()
        .map(|service| line(service, &stack, &diagnosis))
        .collect();
    let exit = lines.iter().map(exit_of).max_by_key(|exit| exit.code());
    write(&lines, args.format(), output)?;
    // Without a service there is nothing to say of anybody.
    Ok(exit.unwrap_or(Exit::Blind))
}

fn request(global: &Global, args: &ProbeArguments) -> Result<GatherRequest, CommandError> {
    let mut request = settings::request(global, &args.services, Depth::Everything, SINCE)?;
    request.deeper = DeeperLooks {
        probe: ProbeWish::By(ProbeBy::Auto),
        helper_binary: args.helper_binary.clone(),
        reach: reach(args),
        canary: None,
    };
    Ok(request)
}

fn reach(args: &ProbeArguments) -> ProbeReach {
    if args.canary_external {
        ProbeReach::Anywhere
    } else {
        ProbeReach::Engine
    }
}

fn line<'s>(service: &'s Service<'_>, stack: &Stack<'s>, diagnosis: &Diagnosis) -> LadderLine<'s> {
    let from = service.label();
    let Some(path) = stack.path_of(service) else {
        return LadderLine::untried(from, untried(service), cause_of(service, diagnosis));
    };
    let line = match broken_at(path) {
        Some(at) => {
            let remedy = remedy(at.obstacle.code(), service, diagnosis);
            LadderLine::tried(from, path, remedy)
        }
        // A way that holds is of no use to whoever sends nothing along it.
        None => LadderLine::tried(from, path, cause_of(service, diagnosis)),
    };
    match service.container.state.status {
        Status::Running => line,
        status => line.while_it_is(status.word()),
    }
}

/// Why the way of a service was not tried.
fn untried(service: &Service<'_>) -> String {
    if let Some(exporters) = probe::network_path::sends_elsewhere(service.container) {
        return format!("`{}`: it exports nothing by OTLP", exporters.shown());
    }
    match &service.settings {
        Observed::Unknown(gap) => gap.reason.clone(),
        Observed::Known(settings) => match &settings.endpoint {
            Err(error) => format!("its endpoint cannot be read: {error}"),
            Ok(_) if !service.container.is_running() => {
                format!("the container is {}", service.container.state.status.word())
            }
            Ok(_) => "nobody could look from its network".to_owned(),
        },
    }
}

/// The first cause that is about a service, itself or by what follows from it, and keeps spans from arriving.
fn cause_of(service: &Service<'_>, diagnosis: &Diagnosis) -> Option<LadderRemedy> {
    let is_about =
        |finding: &Finding| finding.subject == service.subject && finding.severity > Severity::Info;
    let mut causes = diagnosis.causes.iter();
    let cause = causes.find(|cause| {
        std::iter::once(&cause.finding)
            .chain(&cause.symptoms)
            .any(is_about)
    })?;
    Some(LadderRemedy::of(&cause.finding))
}

fn broken_at(path: &NetworkPath) -> Option<Break<'_>> {
    match judge(&path.destination, path.ladder.known()?) {
        Judgement::Holds(_) | Judgement::Untold(_) => None,
        Judgement::Breaks(at) => Some(at),
    }
}

/// What the cause is of a break that a check found, and what to do about it.
fn remedy(code: Code, service: &Service<'_>, diagnosis: &Diagnosis) -> Option<LadderRemedy> {
    let is_it = |finding: &Finding| {
        finding.subject == service.subject
            && (finding.code == code || finding.code == probe::network_path::IN_PART)
    };
    let cause = diagnosis.causes.iter().find(|cause| {
        std::iter::once(&cause.finding)
            .chain(&cause.symptoms)
            .any(is_it)
    })?;
    Some(LadderRemedy::of(&cause.finding))
}

fn exit_of(line: &LadderLine<'_>) -> Exit {
    match line.is_whole() {
        _ if line.has_cause() => Exit::Findings,
        Some(true) => Exit::Ok,
        Some(false) => Exit::Findings,
        None => Exit::Blind,
    }
}

async fn from_host(
    global: &Global,
    args: &ProbeArguments,
    endpoint: &Endpoint,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    output.progress("trying the way from here …");
    let (owners, unknown) = match owners(global).await? {
        Ok(owners) => (owners, None),
        Err(why) => (Owners::default(), Some(why)),
    };
    let task = task(args, endpoint, &owners);
    let ladder = task
        .perform(&Place::own(), Deadline::after(*global.timeout))
        .await;
    if let (Some(why), Some(way)) = (unknown, unspoken_to(&ladder)) {
        output.note(&format!(
            "note: nobody can tell whether {} is the engine's, so that it was only connected to: {why}",
            way.address
        ));
    }
    let path = path(&owners, task.destination, ladder);
    let lines = [LadderLine::tried("this machine", &path, None)];
    write(&lines, args.format(), output)?;
    Ok(exit_of(&lines[0]))
}

/// An address that takes connections, and that nothing was sent to, since it is not known to be the engine's.
fn unspoken_to(ladder: &Ladder) -> Option<&Way> {
    ladder
        .open()
        .find(|way| way.place == WayPlace::Outside && way.speech.is_none())
}

/// Whose the addresses of the engine are, or why nobody can tell. An engine on another machine says nothing about the
/// addresses that are met from here.
async fn owners(global: &Global) -> Result<Result<Owners, String>, CommandError> {
    let request = settings::request(global, &[], Depth::Description, SINCE)?;
    let deadline = Deadline::after(WHOSE);
    let engine = match connect(&request.engine, &request.environment, deadline).await {
        Ok(connected) => connected.engine,
        Err(error) => return Ok(Err(on_one_line(&error))),
    };
    if !engine.endpoint().is_on_this_machine() {
        return Ok(Err("the engine is on another machine".to_owned()));
    }
    let (listed, networks) = tokio::join!(engine.containers(deadline), engine.networks(deadline));
    let (listed, networks) = match (listed, networks) {
        (Ok(listed), Ok(networks)) => (listed, networks),
        (Err(error), _) | (_, Err(error)) => return Ok(Err(on_one_line(&error))),
    };
    let (containers, _) = probe::containers::inspect_all(&engine, &listed, deadline).await;
    Ok(Ok(Owners::of(&containers, &[], &networks)))
}

fn path(owners: &Owners, destination: Destination, ladder: Ladder) -> NetworkPath {
    owners.path_from(
        ptctl_diagnosis::snapshot::ContainerId(String::new()),
        destination,
        ladder,
    )
}

fn task(args: &ProbeArguments, endpoint: &Endpoint, owners: &Owners) -> NetworkTask {
    let protocol = match args.protocol {
        Some(SpokenProtocol::Grpc) => Some(OtlpProtocol::Grpc),
        Some(SpokenProtocol::Http) => Some(OtlpProtocol::Http),
        None => endpoint.port.and_then(OtlpProtocol::of_port),
    };
    let port = endpoint.port.unwrap_or(match endpoint.scheme {
        Some(Scheme::Https) => 443,
        Some(Scheme::Http) | None => protocol.unwrap_or(OtlpProtocol::Grpc).default_port(),
    });
    let encryption = endpoint.scheme.map(|scheme| match scheme {
        Scheme::Http => Encryption::Plaintext,
        Scheme::Https => Encryption::Tls,
    });
    let path = match endpoint.path.as_str() {
        "" => TRACES_PATH.to_owned(),
        path => format!("/{path}"),
    };
    NetworkTask {
        destination: Destination {
            host: endpoint.host.clone(),
            port,
            protocol,
            encryption,
            path: (protocol != Some(OtlpProtocol::Grpc)).then(|| path.clone()),
        },
        depth: LadderDepth::Full,
        engine_addresses: owners.addresses(),
        beyond: match reach(args) {
            ProbeReach::Engine => LadderDepth::Connect,
            ProbeReach::Anywhere => LadderDepth::Full,
        },
        exporter: Ok(Exporter {
            host: endpoint.host.clone(),
            port,
            protocol: match protocol {
                Some(OtlpProtocol::Grpc) | None => Protocol::Grpc,
                Some(OtlpProtocol::Http) => Protocol::HttpProtobuf,
            },
            security: match encryption {
                Some(Encryption::Tls) => Security::Tls(TlsSettings::default()),
                Some(Encryption::Plaintext) | None => Security::Plain,
            },
            path: Some(path),
            headers: Vec::new(),
            compression: Compression::None,
        }),
    }
}

fn write(
    lines: &[LadderLine<'_>],
    format: Format,
    output: &mut Output,
) -> Result<(), CommandError> {
    let text = match format {
        Format::Table => {
            let mut page = output.page();
            render::ladders(&mut page, lines);
            page.into_text()
        }
        Format::Json => {
            render::json(&serde_json::json!({ "ladders": lines })).map_err(CommandError::Json)?
        }
    };
    output.answer(&text)
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::{diagnose, fixtures, policy::Policy, snapshot::Snapshot};

    use super::*;
    use crate::render::{Glyphs, Page};

    /// What is said of `scraper`, and how the command ends.
    fn said(snapshot: &Snapshot) -> (String, Exit) {
        let stack = Stack::of(snapshot);
        let diagnosis = diagnose(snapshot, &Policy::default());
        let mut services = stack.services.iter();
        let scraper = services.find(|service| service.label() == "scraper");
        let line = line(scraper.unwrap(), &stack, &diagnosis);
        let mut page = Page::new(100, Glyphs::Unicode);
        let exit = exit_of(&line);
        render::ladders(&mut page, &[line]);
        (page.into_text(), exit)
    }

    fn broken(code: &str) -> Snapshot {
        let mut found = fixtures::broken().into_iter();
        found.find(|broken| broken.code == code).unwrap().snapshot
    }

    fn with_a_way(mut snapshot: Snapshot) -> Snapshot {
        let path = fixtures::network_path(&snapshot, "scraper");
        snapshot.network_paths.push(path);
        snapshot
    }

    #[test]
    fn a_way_that_holds_of_a_service_that_works_ends_with_zero() {
        let (text, exit) = said(&with_a_way(fixtures::healthy()));
        assert_eq!(exit, Exit::Ok, "{text}");
        assert!(text.starts_with("✓ scraper → "), "{text}");
    }

    #[test]
    fn a_service_that_is_told_to_export_nothing_is_not_one_that_nobody_could_look_at() {
        for (code, exporter) in [("PT0319", "none"), ("PT0320", "oltp")] {
            let (text, exit) = said(&broken(code));
            let why = format!("▲ scraper  `OTEL_TRACES_EXPORTER={exporter}`: it exports nothing");
            assert!(text.starts_with(&why), "{text}");
            assert!(text.contains(&format!("\n  {code} ")), "{text}");
            assert_eq!(exit, Exit::Findings, "{text}");
        }
    }

    #[test]
    fn a_way_that_holds_is_no_good_news_of_a_service_that_is_paused_or_switched_off() {
        let mut paused = with_a_way(fixtures::healthy());
        paused.service_mut("scraper").state.status = Status::Paused;
        let (text, exit) = said(&paused);
        assert!(text.contains("`scraper` is paused"), "{text}");
        assert_eq!(exit, Exit::Findings, "{text}");
        for code in ["PT0317", "PT0318", "PT0322"] {
            let (text, exit) = said(&with_a_way(broken(code)));
            assert!(text.starts_with("▲ scraper → "), "{text}");
            assert!(text.contains(&format!("\n  {code} `scraper` ")), "{text}");
            assert!(text.contains("\n  remedy "), "{text}");
            assert_eq!(exit, Exit::Findings, "{text}");
        }
    }
}
