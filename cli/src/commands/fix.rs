//! `ptctl doctor --fix`: the report, then a plan from its remedies, shown and confirmed as a restart is.

use std::time::Duration;

use ptctl_diagnosis::{diagnose, policy::Policy, snapshot::Snapshot};

use super::{
    carry_out::{Onwards, Orders, carry_out},
    proof::Proof,
    report,
};
use crate::{
    cli::{Doctor, Format, Global, ReportFormat},
    error::CommandError,
    exit::{Completeness, Exit},
    farewell::Farewell,
    fix::{patches, plan},
    gather::{Depth, GatherRequest},
    output::Output,
    render, settings,
};

/// How long each container may take to become ready.
const WAIT: Duration = Duration::from_mins(1);

/// A look that is to be mended.
pub(super) struct Fixing<'a> {
    args: &'a Doctor,
    policy: &'a Policy,
    snapshot: &'a Snapshot,
    request: GatherRequest,
    format: Format,
}

impl<'a> Fixing<'a> {
    /// What is to be mended after this look; an error for a format that no plan can stand beside.
    pub(super) fn new(
        global: &Global,
        args: &'a Doctor,
        policy: &'a Policy,
        snapshot: &'a Snapshot,
    ) -> Result<Self, CommandError> {
        Ok(Self {
            args,
            policy,
            snapshot,
            request: settings::request(global, &[], Depth::Brief, settings::DEFAULT_SINCE)?,
            format: format(args)?,
        })
    }

    /// Writes the report, shows what would be done, and does it once confirmed. Without anything to do it ends as the
    /// report does.
    pub(super) async fn run(
        &self,
        completeness: Completeness,
        output: &mut Output,
        farewell: &Farewell,
    ) -> Result<Exit, CommandError> {
        let diagnosis = diagnose(self.snapshot, self.policy);
        let reported = match self.format {
            Format::Table => report::answer(
                &self.args.report,
                self.policy,
                self.snapshot,
                completeness,
                output,
            )?,
            Format::Json => Exit::of(&diagnosis, self.policy, completeness),
        };
        let plan = plan(self.snapshot, &diagnosis).map_err(CommandError::Plan)?;
        let patches = patches(
            self.snapshot,
            &diagnosis,
            &self.request.environment.working_dir,
        );
        let orders = Orders {
            plan: &plan,
            before: self.snapshot,
            request: &self.request,
            apply: &self.args.fix.apply,
            wait: WAIT,
            proof: Proof::Diagnosis {
                policy: self.policy,
                earlier: &diagnosis,
            },
            format: self.format,
            patches: &patches,
            onwards: Onwards::Fix,
            farewell,
        };
        if self.format == Format::Table {
            output.answer("\n")?;
        }
        if !plan.steps.is_empty() {
            return carry_out(&orders, output).await;
        }
        if self.format == Format::Table {
            let mut page = output.page();
            let nothing = "nothing can be done about it without a change of files or settings";
            if !diagnosis.causes.is_empty() {
                page.paragraph(render::Tone::Plain, nothing);
            }
            render::plan(&mut page, &plan);
            render::patches(&mut page, &patches);
            output.answer(&page.into_text())?;
        }
        orders.untouched(reported, output)
    }
}

fn format(args: &Doctor) -> Result<Format, CommandError> {
    match args.report.format() {
        ReportFormat::Table => Ok(Format::Table),
        ReportFormat::Json => Ok(Format::Json),
        ReportFormat::Short => Err(CommandError::FixFormat("short")),
        ReportFormat::Junit => Err(CommandError::FixFormat("junit")),
        ReportFormat::Sarif => Err(CommandError::FixFormat("sarif")),
        ReportFormat::Github => Err(CommandError::FixFormat("github")),
        ReportFormat::Markdown => Err(CommandError::FixFormat("markdown")),
    }
}
