//! One image.

use bollard::models::ImageInspect;
use ptctl_diagnosis::{redact, snapshot::Image};

use super::{
    Engine, EngineError, EngineFault,
    inspect::{environment, labels, parse_time},
};
use crate::clients::deadline::Deadline;

impl Engine {
    /// One image by its id, its secrets redacted.
    pub async fn image(&self, id: &str, deadline: Deadline) -> Result<Image, EngineError> {
        let what = || format!("inspect the image {id}");
        let answer = self
            .call(what(), deadline, self.bollard.inspect_image(id))
            .await?;
        image(answer).map_err(|fault| EngineError::new(what(), fault))
    }
}

fn image(answer: ImageInspect) -> Result<Image, EngineFault> {
    let config = answer.config.unwrap_or_default();
    let words = |words: Option<Vec<String>>| redact::command(&words.unwrap_or_default());
    Ok(Image {
        id: answer.id.ok_or_else(|| EngineFault::without("Id"))?,
        tags: answer.repo_tags.unwrap_or_default(),
        digests: answer.repo_digests.unwrap_or_default(),
        created_at: match answer.created {
            Some(created) => parse_time(&created)?,
            None => None,
        },
        platform: format!(
            "{}/{}",
            answer.os.as_deref().unwrap_or("unknown"),
            answer.architecture.as_deref().unwrap_or("unknown")
        ),
        environment: environment(config.env.as_deref()),
        entrypoint: words(config.entrypoint),
        command: words(config.cmd),
        user: config.user.unwrap_or_default(),
        labels: labels(config.labels),
    })
}
