//! `ptctl probe`: the way from a service's own network to its endpoint, rung by rung.

use std::time::Duration;

use ptctl_diagnosis::{
    code::Code,
    diagnosis::Diagnosis,
    export::{Endpoint, Scheme, TRACES_PATH},
    finding::Finding,
    ladder::{Break, Judgement, judge},
    observed::Observed,
    snapshot::{
        Destination, Encryption, Ladder, LadderDepth, NetworkPath, OtlpProtocol, Way, WayPlace,
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
        let why = match &service.settings {
            Observed::Unknown(gap) => gap.reason.clone(),
            Observed::Known(settings) => match &settings.endpoint {
                Err(error) => format!("its endpoint cannot be read: {error}"),
                Ok(_) if !service.container.is_running() => {
                    format!("the container is {}", service.container.state.status.word())
                }
                Ok(_) => "nobody could look from its network".to_owned(),
            },
        };
        return LadderLine::untried(from, why);
    };
    let broken = broken_at(path);
    let remedy = broken
        .as_ref()
        .and_then(|at| remedy(at.obstacle.code(), service, diagnosis));
    LadderLine::tried(from, path, remedy)
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
