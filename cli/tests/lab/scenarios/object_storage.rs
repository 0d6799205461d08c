//! Tempo on an object storage that refuses: minitempo knows none, so what Tempo said in front of a real one is played.

use serde_json::json;

use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::scenario::{Demo, Named, Scenario, Stage, as_it_is, named};
use crate::standin;
use crate::trial::Trial;

/// Where a recording lies in Tempo's container.
macro_rules! recorded {
    ($name:literal) => {
        concat!("/recorded/tempo/object-storage/", $name)
    };
}

/// The section of a file that has the keys from variables.
const S3: &str = "    backend: s3
    s3:
      endpoint: garage:3900
      insecure: true
      region: garage
      bucket: tempo
      access_key: ${TEMPO_S3_ACCESS_KEY}
      secret_key: ${TEMPO_S3_SECRET_KEY}
      forcepathstyle: true
";
const EXPANDS: &str = "-config.expand-env=true";
/// Whatever refuses Tempo at its start is the cause of what Tempo says of its start.
const START: &[Named] = &[named("PT0209", "tempo")];

pub(super) const STAGE: Stage = Stage {
    name: "object-storage",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::healthy("blocks-in-a-bucket", |trial| {
            Box::pin(goes_on(trial, &[EXPANDS]))
        }),
        Scenario::fault("storage-stopped", "PT0815", "tempo", |trial| {
            Box::pin(gives_up(trial, recorded!("host-unknown.log"), |project| {
                let garage = project.service("garage");
                garage.insert("command".to_owned(), json!(["fail", "/etc/hostname"]));
            }))
        })
        .folding(START)
        .with_stand_in(),
        Scenario::fault(
            "storage-endpoint-with-a-scheme",
            "PT0816",
            "tempo",
            |trial| {
                Box::pin(gives_up(trial, recorded!("scheme.log"), |project| {
                    project.edit_tempo_config("garage:3900", "http://garage:3900");
                }))
            },
        )
        .folding(START)
        .with_stand_in(),
        Scenario::fault("storage-by-another-name", "PT0817", "tempo", |trial| {
            Box::pin(gives_up(trial, recorded!("host-unknown.log"), |project| {
                project.remove("garage");
            }))
        })
        .folding(START)
        .with_stand_in(),
        Scenario::fault("storage-at-another-port", "PT0818", "tempo", |trial| {
            Box::pin(gives_up(trial, recorded!("refused.log"), |project| {
                project.edit_tempo_config("garage:3900", "garage:3902");
            }))
        })
        .folding(START)
        .with_stand_in(),
        Scenario::fault("bucket-missing", "PT0819", "tempo", |trial| {
            Box::pin(gives_up(trial, recorded!("bucket.log"), |_| {}))
        })
        .folding(START)
        .with_stand_in(),
        Scenario::fault(
            "keys-by-variables-nobody-replaces",
            "PT0820",
            "tempo",
            |trial| {
                Box::pin(gives_up(trial, recorded!("unexpanded.log"), |project| {
                    let command = &mut project.service("tempo")["command"];
                    if let Some(words) = command.as_array_mut() {
                        words.retain(|word| word != EXPANDS);
                    }
                }))
            },
        )
        .folding(START)
        .with_stand_in(),
        Scenario::fault("secret-key-changed", "PT0821", "tempo", |trial| {
            Box::pin(gives_up(trial, recorded!("signature.log"), |_| {}))
        })
        .folding(START)
        .with_stand_in(),
        Scenario::fault("key-that-may-read-alone", "PT0822", "tempo", |trial| {
            Box::pin(goes_on(trial, &[EXPANDS, "print", recorded!("denied.log")]))
        })
        .with_stand_in(),
        Scenario::fault("storage-without-tls", "PT0823", "tempo", |trial| {
            Box::pin(gives_up(trial, recorded!("plaintext.log"), |project| {
                project.edit_tempo_config("insecure: true", "insecure: false");
            }))
        })
        .folding(START)
        .with_stand_in(),
        Scenario::fault("storage-in-another-region", "PT0824", "tempo", |trial| {
            Box::pin(gives_up(trial, recorded!("region.log"), |project| {
                project.edit_tempo_config("region: garage", "region: us-east-1");
            }))
        })
        .folding(START)
        .with_stand_in(),
    ],
};

/// A Tempo that says what is recorded and gives up its start, again and again.
async fn gives_up(
    trial: &mut Trial,
    recording: &str,
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let actions = [EXPANDS, "print", recording, "end", "1"];
    let reshaped = trial.stack.reshape(|project| {
        furnish(project, &lab, &actions);
        change(project);
    });
    reshaped.await?;
    trial.stack.until_restarted("tempo", 3).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// A Tempo that does this, and receives spans nevertheless.
async fn goes_on(trial: &mut Trial, actions: &[&str]) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let reshaped = trial
        .stack
        .reshape(|project| furnish(project, &lab, actions));
    reshaped.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Puts Tempo on a storage of the stack, and has it be played.
fn furnish(project: &mut Blueprint, lab: &Lab, actions: &[&str]) {
    let healthy = project.tempo_config().to_owned();
    standin::recorded_tempo(project, lab, &healthy, actions);
    project.edit_tempo_config("    backend: local\n", S3);
    for name in ["TEMPO_S3_ACCESS_KEY", "TEMPO_S3_SECRET_KEY"] {
        project.set("tempo", name, "made-up-for-the-lab");
    }
    let garage = standin::service(&lab.standin, "docutag-demo-page:dev", &["hold"]);
    project.add("garage", garage);
}
