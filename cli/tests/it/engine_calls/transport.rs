//! The ways to an engine.

use ptctl::{
    clients::docker::{Engine, EngineFault},
    context::{EngineEndpoint, ServerCheck, TlsMaterial},
};

use super::soon;
use crate::fake_stack::{FakeEngine, Wire, certificates, environment};

#[tokio::test]
async fn a_socket_that_nobody_serves_is_told_from_one_that_is_not_there() {
    let fake = FakeEngine::on_socket(Wire::Docker20);
    let missing = EngineEndpoint::Unix(fake.folder().join("none.sock"));
    let variables = environment(fake.folder()).variables;
    let error = Engine::connect(missing, &variables, soon())
        .await
        .unwrap_err();
    assert!(error.is_absent() && !error.is_permission(), "{error:?}");
    let file = fake.folder().join("left-behind.sock");
    drop(std::os::unix::net::UnixListener::bind(&file).unwrap());
    let error = Engine::connect(EngineEndpoint::Unix(file), &variables, soon())
        .await
        .unwrap_err();
    assert!(matches!(error.fault, EngineFault::Connection { .. }) && error.is_absent());
}

#[tokio::test]
async fn an_engine_behind_ssh_is_asked_through_its_standard_streams() {
    let fake = FakeEngine::on_loopback(Wire::Docker20).await;
    let (host, port) = fake
        .address()
        .trim_start_matches("tcp://")
        .rsplit_once(':')
        .map(|(host, port)| (host.to_owned(), port.to_owned()))
        .unwrap();
    let program = fake.folder().join("ssh");
    let said = fake.folder().join("arguments");
    let script = format!(
        "#!/bin/bash\necho \"$@\" > {}\nexec 3<>/dev/tcp/{host}/{port}\ncat <&3 &\ncat >&3\n",
        said.display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(
        &program,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let mut variables = environment(fake.folder()).variables;
    variables.insert(
        "PATH".to_owned(),
        format!("{}:/usr/bin:/bin", fake.folder().display()),
    );
    let endpoint = EngineEndpoint::parse("ssh://me@far.example:2222", None).unwrap();
    let engine = Engine::connect(endpoint, &variables, soon()).await.unwrap();
    assert_eq!(engine.containers(soon()).await.unwrap().len(), 2);
    let arguments = std::fs::read_to_string(said).unwrap();
    assert_eq!(
        arguments,
        "-T -o BatchMode=yes -l me -p 2222 -- far.example docker system dial-stdio\n"
    );
}

#[tokio::test]
async fn an_engine_behind_tls_is_asked_with_a_certificate_and_its_own_is_checked() {
    let fake = FakeEngine::behind_tls(Wire::Docker29).await;
    let variables = environment(fake.folder()).variables;
    let connect = |folder: Option<&std::path::Path>, check| {
        let material = TlsMaterial::in_folder(folder, check);
        let endpoint = EngineEndpoint::parse(&fake.address(), Some(material)).unwrap();
        Engine::connect(endpoint, &variables, soon())
    };
    let folder = certificates();
    let engine = connect(Some(&folder), ServerCheck::Verify).await.unwrap();
    assert_eq!(engine.containers(soon()).await.unwrap().len(), 2);
    // Public authorities did not sign it; the engine wants a certificate even from those who do not care.
    assert!(connect(None, ServerCheck::Verify).await.is_err());
    assert!(connect(None, ServerCheck::Skip).await.is_err());
    let stranger = TlsMaterial {
        authority: None,
        ..TlsMaterial::in_folder(Some(&folder), ServerCheck::Verify)
    };
    let endpoint = EngineEndpoint::parse(&fake.address(), Some(stranger.clone())).unwrap();
    let error = Engine::connect(endpoint, &variables, soon())
        .await
        .unwrap_err();
    let said = ptctl::clients::cause::on_one_line(&error);
    assert!(said.contains("UnknownIssuer"), "{said}");
    let careless = TlsMaterial {
        check: ServerCheck::Skip,
        ..stranger
    };
    let endpoint = EngineEndpoint::parse(&fake.address(), Some(careless)).unwrap();
    assert!(Engine::connect(endpoint, &variables, soon()).await.is_ok());
}
