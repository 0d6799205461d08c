//! Whole Compose files that nobody would write: read without a panic, judged without a place outside of them, merged as
//! the rules say.

use std::{collections::BTreeMap, fs, path::Path};

use proptest::prelude::*;
use ptctl::{
    clients::compose::ComposeBinary,
    compose::{self, ComposeSources},
    context::Environment,
    lint::{self, LintRequest, Profiles},
};
use ptctl_diagnosis::{diagnose, finding::Location, policy::Policy, snapshot::ComposeProject};
use tempfile::TempDir;

const KEYS: [&str; 28] = [
    "image",
    "build",
    "container_name",
    "environment",
    "env_file",
    "command",
    "entrypoint",
    "ports",
    "expose",
    "volumes",
    "tmpfs",
    "networks",
    "network_mode",
    "extra_hosts",
    "depends_on",
    "labels",
    "profiles",
    "deploy",
    "scale",
    "restart",
    "mem_limit",
    "logging",
    "healthcheck",
    "user",
    "stop_grace_period",
    "links",
    "extends",
    "configs",
];
const VALUES: [&str; 26] = [
    "tempo",
    "grafana/tempo:3.0.3",
    "http://localhost:4318",
    "'${A:-x}'",
    "'${B}'",
    "'${C:?no}'",
    "'$$'",
    "'${'",
    "é",
    "''",
    "~",
    "yes",
    "1.50",
    "0x10",
    "a:b:c",
    "'9-1:9-1'",
    "[a, b]",
    "['A=1', 'B', '=']",
    "[[a], {b: c}]",
    "{a: b, c: }",
    "{test: [CMD, a], driver: x, options: {a: b}}",
    "{target: 80, published: '8-9'}",
    "!reset null",
    "&anchor x",
    "*anchor",
    "\"a\\nb\"",
];

fn file() -> impl Strategy<Value = String> {
    let service = prop::collection::btree_map(
        prop::sample::select(&KEYS[..]),
        prop::sample::select(&VALUES[..]),
        0..6,
    );
    let services = prop::collection::vec(service, 0..4);
    let top = prop::sample::select(
        &[
            "",
            "include: [a.yml]\n",
            "networks: {a: {external: true}}\n",
            "volumes: {a: }\n",
        ][..],
    );
    let end = prop::sample::select(&["\n", "\r\n"][..]);
    let begin = prop::sample::select(&["", "\u{feff}", "# é\n"][..]);
    (begin, services, top, end).prop_map(|(begin, services, top, end)| {
        let mut text = format!("{begin}services:\n");
        for (number, service) in services.iter().enumerate() {
            text += &["  s", &number.to_string(), ":\n"].concat();
            for (key, value) in service {
                text += &["    ", key, ": ", value, "\n"].concat();
            }
        }
        text.push_str(top);
        text.replace('\n', end)
    })
}

fn written(files: &[(&str, &str)]) -> (TempDir, ComposeSources) {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let sources = ComposeSources {
        config_files: files
            .iter()
            .filter(|(name, _)| *name != ".env")
            .map(|(name, _)| folder.path().join(name))
            .collect(),
        folder: folder.path().to_owned(),
        project: "shop".to_owned(),
        env_files: Vec::new(),
    };
    (folder, sources)
}

fn is_within(place: &Location) -> bool {
    let Ok(text) = fs::read_to_string(&place.file) else {
        return false;
    };
    let line = usize::try_from(place.line).unwrap();
    let column = usize::try_from(place.column).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split('\n').collect();
    line >= 1
        && column >= 1
        && lines
            .get(line - 1)
            .is_some_and(|line| column <= line.chars().count() + 1)
}

fn places(project: &ComposeProject) -> Vec<Location> {
    let mut places: Vec<Location> = project
        .beyond
        .iter()
        .map(|beyond| beyond.location.clone())
        .collect();
    for service in &project.services {
        places.push(service.location.clone());
        places.extend(service.image.as_ref().map(|image| image.location.clone()));
        places.extend(service.build.clone());
        places.extend(service.command.as_ref().map(|words| words.location.clone()));
        places.extend(
            service
                .environment
                .iter()
                .map(|variable| variable.text.location.clone()),
        );
        places.extend(
            service
                .ports
                .iter()
                .flat_map(|ports| &ports.ports)
                .map(|port| port.location.clone()),
        );
        places.extend(service.mounts.iter().map(|mount| mount.location.clone()));
        places.extend(
            service
                .run
                .health_check
                .as_ref()
                .map(|check| check.location.clone()),
        );
    }
    places
}

/// What `environment` of a file says, as a map or as a list.
fn environment(pairs: &BTreeMap<&str, u8>, form: Form) -> String {
    let lines: Vec<String> = pairs
        .iter()
        .map(|(name, value)| match form {
            Form::Map => format!("      {name}: '{value}'\n"),
            Form::List => format!("      - {name}={value}\n"),
        })
        .collect();
    if lines.is_empty() {
        return "    environment:\n".to_owned();
    }
    format!("    environment:\n{}", lines.concat())
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Map,
    List,
}

fn form() -> impl Strategy<Value = Form> {
    prop::sample::select(&[Form::Map, Form::List][..])
}

fn variables() -> impl Strategy<Value = BTreeMap<&'static str, u8>> {
    prop::collection::btree_map(
        prop::sample::select(&["A", "B", "C", "D"][..]),
        0..9_u8,
        0..4,
    )
}

fn ports() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(8_000..8_004_u16, 0..4)
}

fn service(variables: &str, ports: &[u16], command: &str) -> String {
    let mut text =
        format!("services:\n  web:\n    image: a\n{variables}    command: [{command}]\n");
    if !ports.is_empty() {
        text.push_str("    ports:\n");
        for port in ports {
            text += &["      - '", &port.to_string(), ":80'\n"].concat();
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_file_panics_and_every_place_is_within_it(base in file(), over in file()) {
        let files = [("a.yml", base.as_str()), ("b.yml", over.as_str()), (".env", "A=1\nanchor='é\n")];
        let (folder, sources) = written(&files);
        let read = compose::read(&sources);
        if let Ok(project) = &read {
            for place in places(project) {
                prop_assert!(is_within(&place), "{place}");
            }
        }
        let request = LintRequest {
            sources,
            profiles: Profiles::All,
            binary: &ComposeBinary::Never,
            project: None,
            timeout: std::time::Duration::from_secs(1),
            environment: Environment {
                variables: BTreeMap::new(),
                home: None,
                working_dir: folder.path().to_owned(),
            },
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        if let Ok(snapshot) = runtime.block_on(lint::look(&request)) {
            prop_assert!(read.is_ok());
            for finding in diagnose(&snapshot, &Policy::default()).findings() {
                for place in finding.evidence.iter().filter_map(|proof| proof.location.as_ref()) {
                    prop_assert!(!Path::new(&place.file).starts_with(folder.path()) || is_within(place), "{place}");
                }
            }
        }
    }

    #[test]
    fn two_files_merge_by_the_rules(
        base in variables(), over in variables(), base_form in form(), over_form in form(),
        base_ports in ports(), over_ports in ports(),
    ) {
        let files = [
            ("a.yml", service(&environment(&base, base_form), &base_ports, "a, b")),
            ("b.yml", service(&environment(&over, over_form), &over_ports, "c")),
        ];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        let (folder, sources) = written(&files);
        let project = compose::read(&sources).unwrap();
        let web = project.service("web").unwrap();
        // By name, the later file wins, and each value stands in the file that won.
        let mut expected = base.clone();
        expected.extend(over.clone());
        let merged: BTreeMap<&str, u8> = web
            .environment
            .iter()
            .map(|variable| (variable.name.as_str(), variable.text.value.as_ref().unwrap().parse().unwrap()))
            .collect();
        prop_assert_eq!(&merged, &expected);
        for variable in &web.environment {
            let file = if over.contains_key(variable.name.as_str()) { "b.yml" } else { "a.yml" };
            prop_assert_eq!(&variable.text.location.file, &folder.path().join(file).display().to_string());
            prop_assert!(is_within(&variable.text.location));
        }
        // A command is replaced; lists of ports are joined, each port once.
        let words: Vec<_> = web.command.iter().flat_map(|words| &words.words).map(|word| word.value.clone().unwrap()).collect();
        prop_assert_eq!(words, ["c"]);
        let mut all = base_ports.clone();
        all.extend(over_ports.iter().filter(|port| !base_ports.contains(port)));
        let mut published: Vec<_> = web.ports.iter().flat_map(|ports| &ports.ports).map(|port| port.host).collect();
        published.dedup();
        let mut distinct: Vec<_> = all.iter().map(|port| ptctl_diagnosis::snapshot::HostPort::One(*port)).collect();
        distinct.dedup();
        let set = |ports: &[_]| ports.iter().map(|port| format!("{port:?}")).collect::<std::collections::BTreeSet<_>>();
        prop_assert_eq!(set(&published), set(&distinct));
    }
}
