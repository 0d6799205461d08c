//! A Grafana that could not provision its data sources.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, Moment, Remedy, Severity},
    notices::NoticeKind,
    observed::Probe,
    policy::Policy,
    snapshot::Grafana,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1008),
    name: "grafana-provisioning-failed",
    severity: Severity::Warning,
    summary: "Grafana could not read or apply the provisioning of its data sources",
    why: "Grafana ends, or goes on without the data sources of that file.",
    causes: &[
        "A data source changed its uid while Grafana's volume remembers the old one.",
        "The file is no YAML, or a folder stands in its place.",
        "Two data sources have `isDefault: true`.",
    ],
    remedy: "Correct the file; where only the uid changed, list the old name under `deleteDatasources`.",
    verify: "Grafana's log names no provisioning error after a restart.",
    masked_by: &[],
    explains: &[Probe::Grafana],
    examine: Examine::EachGrafana(examine),
};

fn examine(grafana: &Neighbour<'_, Grafana>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let container = grafana.container;
    let logs = container.logs.get()?;
    let told = logs.notices.iter().find(|notice| {
        // One that ended says it in the run that is over.
        let is_of_this_run = notice.since_start > 0 || !container.is_running();
        notice.kind == NoticeKind::GrafanaProvisioningFailed && is_of_this_run
    });
    let Some(notice) = told else {
        return Ok(Outcome::Pass);
    };
    let since = notice
        .first_at
        .map(|at| Moment::new(at, "its first such line"));
    fail(
        Report::new(
            format!(
                "Grafana `{}` could not provision its data sources",
                grafana.label()
            ),
            Evidence::log(&container.name, &notice.sample),
            Remedy::run(
                "correct what the line names in the provisioning files, then restart Grafana",
                commands::restart(container),
            ),
        )
        .since(since),
    )
}
