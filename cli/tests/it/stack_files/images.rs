//! The Dockerfile and the scripts that make images.

use ptctl_diagnosis::export::{LIBRARY_LABEL, SERVICE_NAME_LABEL};

use super::{SERVICES, service, text};

#[test]
fn the_dockerfile_has_a_stage_for_each_service_that_starts_its_binary_as_its_own_user() {
    let dockerfile = text("Dockerfile");
    for (name, _) in SERVICES {
        assert_eq!(service(name)["build"]["target"], name);
        let stage = format!(
            "FROM service AS {name}\nCOPY --from=build /out/docutag-{name} /docutag-{name}\n\
             LABEL {SERVICE_NAME_LABEL}=docutag-{name}\nENTRYPOINT [\"/docutag-{name}\"]\n"
        );
        assert!(dockerfile.contains(&stage), "no stage for {name}");
    }
    assert_eq!(dockerfile.matches("USER 10001:10001").count(), 2);
}

#[test]
fn the_dockerfile_and_the_script_make_images_with_the_labels_that_ptctl_reads() {
    for file in ["Dockerfile", "scripts/images"] {
        let file = text(file);
        assert!(file.contains(&format!("LABEL {LIBRARY_LABEL}=telemetry")));
        assert!(file.contains(&format!("LABEL {SERVICE_NAME_LABEL}=")));
        assert!(file.contains(
            r#"HEALTHCHECK --interval=2s --timeout=3s --retries=3 CMD ["/tempo", "-health"]"#
        ));
    }
}

#[test]
fn the_dockerfile_builds_with_the_toolchain_of_the_repository() {
    let toolchain = text("rust-toolchain.toml");
    let (_, rest) = toolchain.split_once("channel = \"").expect("a channel");
    let (channel, _) = rest.split_once('"').expect("a closing quote");
    let dockerfile = text("Dockerfile");
    assert!(dockerfile.contains(&format!("ARG RUST_IMAGE=rust:{channel}-slim-bookworm\n")));
    assert!(dockerfile.contains(&format!("ENV RUSTUP_TOOLCHAIN={channel} ")));
}
