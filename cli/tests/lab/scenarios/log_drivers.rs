//! Failed exports that stand in logs of other forms than the engine's plain files.

use serde_json::{Value, json};

use super::{ANALYZER, recover};
use crate::failure::Failure;
use crate::scenario::{Demo, Named, Scenario, Stage, as_it_is};
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "log-drivers",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario {
            symptoms: FAILS_TO_EXPORT,
            ..Scenario::fault("errors-in-a-local-log", "PT0105", "tempo", |trial| {
                Box::pin(paused(trial, json!({"driver": "local"})))
            })
        },
        Scenario {
            symptoms: FAILS_TO_EXPORT,
            ..Scenario::fault("errors-in-a-rotated-log", "PT0105", "tempo", |trial| {
                let options = json!({"max-size": "1k", "max-file": "20", "compress": "true"});
                let logging = json!({"driver": "json-file", "options": options});
                Box::pin(paused(trial, logging))
            })
        },
    ],
};

/// Nothing but its log tells that the analyzer notices.
const FAILS_TO_EXPORT: &[Named] = &[Named {
    code: "PT0503",
    subject: ANALYZER,
}];

/// Has the analyzer log in a way of its own while Tempo takes nothing.
async fn paused(trial: &mut Trial, logging: Value) -> Result<(), Failure> {
    trial
        .stack
        .reshape(|project| {
            project
                .service(ANALYZER)
                .insert("logging".to_owned(), logging);
        })
        .await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.stack.docker(&["pause"], "tempo").await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    trial.stack.docker(&["unpause"], "tempo").await?;
    recover(trial).await
}
