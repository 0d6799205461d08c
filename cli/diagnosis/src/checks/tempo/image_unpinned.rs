//! Tempo's image is not tied to a version.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    release::{ImageName, Pin},
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(210),
    name: "image-unpinned",
    severity: Severity::Info,
    summary: "the tag of Tempo's image can become another version at any pull",
    why: "In 2026 `grafana/tempo:latest` followed the main branch: a pull replaced 2.x by 3.x, which refuses the configuration of 2.x.",
    causes: &[
        "The image has no tag, or `latest`.",
        "A tag of a branch, such as `main-1a2b3c4`: a build between two releases.",
    ],
    remedy: "Name a release in the Compose file: `image: grafana/tempo:2.10.8` or `grafana/tempo:3.0.3`.",
    verify: "`ptctl status` shows the version that the tag names.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let image = ImageName::of(&container.image);
    if image.program != "tempo" || image.pin == Pin::Digest {
        return Ok(Outcome::NotApplicable(
            "its image is not one by a tag of Tempo's",
        ));
    }
    let what = match image.tag {
        None => "has no tag, which means `latest`",
        Some("latest") => "has the tag `latest`",
        Some(tag) if tag.starts_with("main-") || tag == "main" => "is a build of the main branch",
        Some(_) => {
            return Ok(Outcome::NotApplicable(
                "its tag names a version or a build of somebody's own",
            ));
        }
    };
    let now = backend
        .tempo
        .version
        .known()
        .map_or(String::new(), |version| {
            format!("; today that is {}", version.version)
        });
    let message = format!(
        "the image `{}` of Tempo `{}` {what}: any pull may make it another version{now}",
        container.image,
        backend.label()
    );
    let proof = Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("Config.Image={}", container.image),
    );
    fail(Report::new(
        message,
        proof,
        Remedy::edit(
            "name a release in the Compose file: `grafana/tempo:3.0.3`, or the one that runs now",
        ),
    ))
}
