//! A container that lacks what the files on disk say by now.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    drift::{Difference, Field, NotCompared, drift},
    export::is_tracing_variable,
    finding::{Evidence, Moment, Remedy, Severity},
    policy::Policy,
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(141),
    name: "recreate-needed",
    severity: Severity::Warning,
    summary: "a container does not have what its Compose files say by now",
    why: "A container keeps the environment, image, command, ports and mounts that it was created with. \
          `docker compose restart` and `docker restart` apply nothing of a changed file; only a new container has it.",
    causes: &[
        "A Compose file, `.env` or an env file was edited, and the service was only restarted.",
        "The file was edited and nothing was done yet.",
    ],
    remedy: "Recreate the service: `docker compose up --detach SERVICE`. A restart does not apply it.",
    verify: "`ptctl doctor` no longer reports it, and `ptctl env` shows the new value with its file.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let differences = match drift(member.container, stack.snapshot) {
        Ok(differences) => differences,
        Err(NotCompared::NotApplicable(why)) => return Ok(Outcome::NotApplicable(why)),
        Err(NotCompared::Gap(gap)) => return Err(gap),
    };
    let mut proofs = differences.iter().map(proof);
    let Some(first) = proofs.next() else {
        return Ok(Outcome::Pass);
    };
    let rest: Vec<Evidence> = proofs.collect();
    let mut fields: Vec<String> = differences
        .iter()
        .map(|difference| difference.field.to_string())
        .collect();
    fields.dedup();
    let severity = if differences.iter().any(is_about_tracing) {
        Severity::Warning
    } else {
        Severity::Info
    };
    let since = differences
        .iter()
        .max_by_key(|difference| difference.changed_at)
        .map(|last| {
            Moment::new(
                last.changed_at,
                format!("`{}` was written", last.location.file),
            )
        });
    let report = Report::new(
        format!(
            "`{}` was created before its files were changed and lacks their {}",
            member.label(),
            fields.join(", ")
        ),
        first,
        Remedy::edit("recreate it; a restart does not apply what changed")
            .then(commands::recreate(member.container)),
    );
    fail(report.severity(severity).since(since).proof(rest))
}

fn is_about_tracing(difference: &Difference) -> bool {
    matches!(&difference.field, Field::Environment(name) if is_tracing_variable(name))
}

fn proof(difference: &Difference) -> Evidence {
    let field = match &difference.field {
        Field::Image => "image",
        Field::Environment(name) => name,
        Field::Command => "command",
        Field::Ports => "ports",
        Field::Mount(path) => path,
        Field::Networks => "networks",
    };
    let text = format!(
        "{field}: {} in the file, {} in the container",
        difference.written, difference.running
    );
    Evidence::setting(difference.location.clone(), text)
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose, export_errors::ErrorKind, fixtures, observed::Observed, policy::Policy,
        snapshot::ComposeText,
    };

    /// The root causes where `scraper` was created with a wrong endpoint, and the files say another one by now.
    fn roots(written: Option<&str>, extra: Option<(&str, &str)>) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "tmepo:4317");
        snapshot.failing("scraper", ErrorKind::DnsNoSuchHost);
        let Observed::Known(compose) = &mut snapshot.compose else {
            unreachable!()
        };
        compose.files[0].modified_at = Some(fixtures::ago(60));
        let service = compose
            .services
            .iter_mut()
            .find(|service| service.name == "scraper")
            .unwrap();
        let mut variable = service.environment[0].clone();
        let place = variable.text.location.clone();
        let value = written.unwrap_or("tmepo:4317");
        service.environment[0].text = ComposeText::written(value, place.clone());
        if let Some((name, value)) = extra {
            variable.name = name.to_owned();
            variable.text = ComposeText::written(value, place);
            service.environment.push(variable);
        }
        let mut roots: Vec<_> = diagnose(&snapshot, &Policy::default())
            .causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect();
        roots.sort();
        roots
    }

    #[test]
    fn a_wrong_endpoint_that_the_files_have_put_right_needs_a_recreate_alone() {
        assert_eq!(roots(Some("tempo:4317"), None), ["PT0141"]);
    }

    #[test]
    fn a_wrong_endpoint_is_a_cause_beside_a_change_of_another_variable() {
        let sampler = ("OTEL_TRACES_SAMPLER", "always_on");
        assert_eq!(roots(None, Some(sampler)), ["PT0141", "PT0303"]);
    }
}
