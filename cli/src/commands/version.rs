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
    let mut text = format!("ptctl   {}\n", env!("CARGO_PKG_VERSION"));
    let request = settings::request(global, &[], Depth::Everything, Duration::from_secs(1))?;
    let exit = match gather(&request).await {
        Ok(snapshot) => {
            let engine = &snapshot.engine;
            text.push_str(&format!(
                "engine  {}, API {}, {} at {}\n",
                engine.version, engine.api_version, engine.platform, engine.address
            ));
            for tempo in &snapshot.tempos {
                let version = match tempo.version.get() {
                    Ok(version) => version.version.clone(),
                    Err(gap) => format!("unknown: {}", gap.reason),
                };
                text.push_str(&format!("tempo   {version} ({})\n", tempo.name));
            }
            Exit::Ok
        }
        // The own version is an answer too; why there is no more goes beside it.
        Err(error) => {
            output.error(&CommandError::Gather(error));
            Exit::Blind
        }
    };
    output.answer(&text)?;
    Ok(exit)
}
