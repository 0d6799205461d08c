use std::fs;

use super::*;

fn environment(home: &Path, variables: &[(&str, &str)]) -> Environment {
    Environment {
        variables: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        home: Some(home.to_owned()),
        working_dir: home.to_owned(),
    }
}

fn store_context(home: &Path, folder: &str, meta: &str) {
    let dir = home.join(".docker/contexts/meta").join(folder);
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("meta.json"), meta).unwrap();
}

fn make_current(home: &Path, name: &str) {
    fs::create_dir_all(home.join(".docker")).unwrap();
    fs::write(
        home.join(".docker/config.json"),
        format!(r#"{{"auths":{{}},"currentContext":"{name}"}}"#),
    )
    .unwrap();
}

fn unix(path: &str) -> EngineEndpoint {
    EngineEndpoint::Unix(path.into())
}

#[test]
fn the_strongest_voice_decides() {
    let home = tempfile::tempdir().unwrap();
    for name in ["flagged", "variable", "current"] {
        store_context(
            home.path(),
            name,
            &format!(
                r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"unix:///{name}.sock","SkipTLSVerify":false}}}}}}"#
            ),
        );
    }
    make_current(home.path(), "current");
    let everything = [
        ("DOCKER_HOST", "unix:///host.sock"),
        ("DOCKER_CONTEXT", "variable"),
    ];
    let choice = |host: Option<&str>, context: Option<&str>| EngineChoice {
        host: host.map(str::to_owned),
        context: context.map(str::to_owned),
    };
    let table = [
        (
            choice(Some("/flag.sock"), Some("flagged")),
            &everything[..],
            EngineSource::HostFlag,
            "/flag.sock",
        ),
        (
            choice(None, Some("flagged")),
            &everything[..],
            EngineSource::ContextFlag("flagged".into()),
            "/flagged.sock",
        ),
        (
            choice(None, None),
            &everything[..],
            EngineSource::DockerHost,
            "/host.sock",
        ),
        (
            choice(None, None),
            &everything[1..],
            EngineSource::DockerContext("variable".into()),
            "/variable.sock",
        ),
        (
            choice(None, None),
            &[],
            EngineSource::CurrentContext("current".into()),
            "/current.sock",
        ),
        (
            choice(None, Some("default")),
            &everything[..1],
            EngineSource::DockerHost,
            "/host.sock",
        ),
    ];
    for (choice, variables, source, path) in table {
        let lookup = Lookup::of(&choice, &environment(home.path(), variables)).unwrap();
        assert_eq!(
            lookup,
            Lookup {
                source,
                candidates: vec![unix(path)]
            }
        );
    }
}

#[test]
fn without_any_voice_the_default_sockets_are_tried_in_order() {
    let home = tempfile::tempdir().unwrap();
    let lookup = Lookup::of(
        &EngineChoice::default(),
        &environment(
            home.path(),
            &[("XDG_RUNTIME_DIR", "/run/user/1000"), ("DOCKER_HOST", "")],
        ),
    )
    .unwrap();
    assert_eq!(lookup.source, EngineSource::DefaultSocket);
    let shown: Vec<String> = lookup.candidates.iter().map(ToString::to_string).collect();
    let in_home = |path: &str| format!("unix://{}/{path}", home.path().display());
    assert_eq!(
        shown,
        [
            "unix:///var/run/docker.sock".to_owned(),
            "unix:///run/user/1000/docker.sock".to_owned(),
            in_home(".docker/run/docker.sock"),
            in_home(".docker/desktop/docker.sock"),
            "unix:///run/user/1000/podman/podman.sock".to_owned(),
            "unix:///run/podman/podman.sock".to_owned(),
        ]
    );
    let local: Vec<bool> = lookup
        .candidates
        .iter()
        .map(EngineEndpoint::is_on_this_machine)
        .collect();
    assert_eq!(local, [true, true, false, false, true, true]);
}

#[test]
fn a_context_brings_its_certificates() {
    let home = tempfile::tempdir().unwrap();
    store_context(
        home.path(),
        "3f2a",
        r#"{"Name":"far","Endpoints":{"docker":{"Host":"tcp://far.example:2376","SkipTLSVerify":true}}}"#,
    );
    store_context(home.path(), "0000", "not JSON");
    let certificates = home.path().join(".docker/contexts/tls/3f2a/docker");
    fs::create_dir_all(&certificates).unwrap();
    for name in ["ca.pem", "cert.pem", "key.pem"] {
        fs::write(certificates.join(name), "").unwrap();
    }
    let choice = EngineChoice {
        host: None,
        context: Some("far".into()),
    };
    let lookup = Lookup::of(&choice, &environment(home.path(), &[])).unwrap();
    assert_eq!(
        lookup.candidates,
        [EngineEndpoint::Tls {
            host: "far.example".into(),
            port: 2376,
            material: TlsMaterial {
                authority: Some(certificates.join("ca.pem")),
                client: Some((certificates.join("cert.pem"), certificates.join("key.pem"))),
                check: ServerCheck::Skip,
            },
        }]
    );
}

#[test]
fn docker_tls_verify_turns_tcp_into_tls() {
    let home = tempfile::tempdir().unwrap();
    let certificates = home.path().join("certs");
    fs::create_dir_all(&certificates).unwrap();
    fs::write(certificates.join("ca.pem"), "").unwrap();
    let path = certificates.display().to_string();
    let variables = [
        ("DOCKER_HOST", "tcp://10.0.0.7"),
        ("DOCKER_TLS_VERIFY", "1"),
        ("DOCKER_CERT_PATH", path.as_str()),
    ];
    let lookup = Lookup::of(
        &EngineChoice::default(),
        &environment(home.path(), &variables),
    )
    .unwrap();
    assert_eq!(
        lookup.candidates,
        [EngineEndpoint::Tls {
            host: "10.0.0.7".into(),
            port: 2376,
            material: TlsMaterial {
                authority: Some(certificates.join("ca.pem")),
                client: None,
                check: ServerCheck::Verify,
            },
        }]
    );
}

#[test]
fn every_form_of_address_is_read() {
    let table = [
        ("unix:///run/docker.sock", "unix:///run/docker.sock"),
        ("/run/docker.sock", "unix:///run/docker.sock"),
        ("tcp://10.0.0.7:1234/", "tcp://10.0.0.7:1234"),
        ("http://localhost", "tcp://localhost:2375"),
        ("10.0.0.7", "tcp://10.0.0.7:2375"),
        ("tcp://[fd00::7]:2375", "tcp://[fd00::7]:2375"),
        ("https://far.example", "tcp://far.example:2376"),
        ("ssh://me@far.example:2222", "ssh://me@far.example:2222"),
        ("ssh://alias", "ssh://alias"),
    ];
    for (address, shown) in table {
        assert_eq!(
            EngineEndpoint::parse(address, None).unwrap().to_string(),
            shown,
            "{address}"
        );
    }
    let table = [
        (
            "npipe:////./pipe/docker_engine",
            EndpointError::Scheme("npipe".into()),
        ),
        ("tcp://:2375", EndpointError::NoHost("tcp://:2375".into())),
        ("unix://", EndpointError::NoHost("unix://".into())),
        ("tcp://host:port", EndpointError::Port("port".into())),
        (
            "ssh://-oProxyCommand=x",
            EndpointError::NoHost("ssh://-oProxyCommand=x".into()),
        ),
    ];
    for (address, wrong) in table {
        assert_eq!(
            EngineEndpoint::parse(address, None),
            Err(wrong),
            "{address}"
        );
    }
}

#[test]
fn a_context_that_is_not_there_is_named() {
    let home = tempfile::tempdir().unwrap();
    let choice = EngineChoice {
        host: None,
        context: Some("gone".into()),
    };
    let error = Lookup::of(&choice, &environment(home.path(), &[])).unwrap_err();
    assert_eq!(error.to_string(), "could not use the Docker context `gone`");
}
