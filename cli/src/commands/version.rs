//! `ptctl version`: of ptctl, the engine and Tempo.

use std::time::Duration;

use crate::{
    cli::Global,
    error::CommandError,
    exit::Exit,
    gather::{Depth, gather},
    output::Output,
    settings,
};

pub(super) async fn run(global: &Global, output: &mut Output) -> Result<Exit, CommandError> {
    let mut lines = vec![format!("ptctl   {}", env!("CARGO_PKG_VERSION"))];
    let request = settings::request(global, &[], Depth::Everything, Duration::from_secs(1))?;
    let exit = match gather(&request).await {
        Ok(snapshot) => {
            let engine = &snapshot.engine;
            lines.push(format!(
                "engine  {}, API {}, {} at {}",
                engine.version, engine.api_version, engine.platform, engine.address
            ));
            lines.extend(
                snapshot
                    .tempos
                    .iter()
                    .map(|tempo| match tempo.version.get() {
                        Ok(version) => format!("tempo   {} ({})", version.version, tempo.name),
                        Err(gap) => format!("tempo   unknown: {} ({})", gap.reason, tempo.name),
                    }),
            );
            Exit::Ok
        }
        // The own version is an answer too; why there is no more goes beside it.
        Err(error) => {
            output.error(&CommandError::Gather(error));
            Exit::Blind
        }
    };
    let text: String = lines
        .iter()
        .map(|line| ptctl_diagnosis::printable::printable(line) + "\n")
        .collect();
    output.answer(&text)?;
    Ok(exit)
}
