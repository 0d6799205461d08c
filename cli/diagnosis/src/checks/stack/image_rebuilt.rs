//! A container whose image's name means a newer image by now.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, stack::recreate_needed},
    code::Code,
    drift::meant_image,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::Origin,
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(142),
    name: "image-rebuilt",
    severity: Severity::Info,
    summary: "a container runs an image that its name no longer means",
    why: "A build or a pull moves the tag to a new image; the container keeps the one that it was created from, so that \
          a fix that was built is not what runs.",
    causes: &[
        "The image was built again and the service was only restarted.",
        "A newer image of the same tag was pulled.",
    ],
    remedy: "Recreate the service: `docker compose up --detach SERVICE`.",
    verify: "`docker inspect` shows the same image id for the container and for its image's name.",
    masked_by: &[&[Cause::same_subject(recreate_needed::CHECK.code)]],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if stack.snapshot.origin == Origin::Files {
        return Ok(Outcome::NotApplicable("these are files; nothing runs"));
    }
    if container.image.starts_with("sha256:") || container.image.contains('@') {
        return Ok(Outcome::NotApplicable("its image is named by its content"));
    }
    let images = stack.snapshot.images.get()?;
    let Some(meant) = meant_image(container, images) else {
        return Ok(Outcome::NotApplicable(
            "no image that is known here has the name that it was created from",
        ));
    };
    if meant.id == container.image_id {
        return Ok(Outcome::Pass);
    }
    let built = meant.created_at.map_or(String::new(), |at| {
        format!(", built at {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))
    });
    let report = Report::new(
        format!(
            "`{}` runs an image that `{}` no longer means",
            member.label(),
            container.image
        ),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("Image={}", container.image_id),
        ),
        Remedy::edit("recreate it, so that it runs the newer image")
            .then(commands::recreate(container)),
    );
    let since = meant
        .created_at
        .filter(|at| *at > container.created_at)
        .map(|at| Moment::new(at, "the newer image was built"));
    let proof = Evidence::new(
        EvidenceKind::Container,
        &container.image,
        format!("Id={}{built}", meant.id),
    );
    fail(report.since(since).proof([proof]))
}
