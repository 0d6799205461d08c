//! A container of the project whose service stands in no file any more.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    drift::is_of,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::Origin,
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(144),
    name: "orphan-container",
    severity: Severity::Info,
    summary: "a container of the project belongs to a service that its Compose files no longer have",
    why: "It runs on with its old settings, answers under its old name, and no `docker compose` command changes it. \
          A renamed Tempo or collector may take spans that nobody looks for there.",
    causes: &[
        "The service was renamed or removed in the file, and the stack was not started with `--remove-orphans`.",
    ],
    remedy: "Remove it: `docker compose up --detach --remove-orphans`, or put its service back into the file.",
    verify: "`docker compose ps` and `docker ps` show the same containers.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if stack.snapshot.origin == Origin::Files {
        return Ok(Outcome::NotApplicable("these are files; nothing runs"));
    }
    let (Some(project), Some(service)) = (&stack.snapshot.stack.project, &container.service) else {
        return Ok(Outcome::NotApplicable("it was not started by Compose"));
    };
    if container.project.as_ref() != Some(project) {
        return Ok(Outcome::NotApplicable("it is of another project"));
    }
    let files = stack.snapshot.compose.get()?;
    if !is_of(container, files) {
        return Ok(Outcome::NotApplicable(
            "it was started from other Compose files",
        ));
    }
    if files.beyond.iter().any(|beyond| beyond.service.is_none()) {
        return Ok(Outcome::NotApplicable(
            "the files include others, which are not followed here",
        ));
    }
    if files.service(service).is_some() {
        return Ok(Outcome::Pass);
    }
    // A file that is older than the container never had the service: the container came by another way.
    let changed = files
        .files
        .iter()
        .filter_map(|file| Some((file.modified_at?, &file.path)))
        .filter(|(at, _)| *at > container.created_at)
        .max();
    let Some((at, path)) = changed else {
        return Ok(Outcome::NotApplicable(
            "its files have not changed since it was created",
        ));
    };
    let report = Report::new(
        format!(
            "`{}` belongs to the service `{service}`, which stands in no Compose file any more",
            container.name
        ),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("com.docker.compose.service={service}"),
        ),
        Remedy::run(
            "remove it if nothing needs it, or put its service back into the file",
            format!("docker rm --force {}", container.name),
        ),
    );
    fail(report.since(Some(Moment::new(at, format!("`{path}` was written")))))
}
