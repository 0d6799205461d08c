//! The images that the containers were made from, and those that their names mean by now.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{Container, Image},
    subject::Subject,
};

use super::Look;
use crate::clients::cause::on_one_line;

/// How many images are asked for at once.
const AT_ONCE: usize = 16;

/// Each image once. One that was removed beneath its container does not exist any more; any other failure leaves all of
/// them unknown, since which is missing would not be seen.
pub(crate) async fn of(look: &Look<'_>, containers: &[Container]) -> Observed<Vec<Image>> {
    let ids: BTreeSet<&str> = containers
        .iter()
        .flat_map(|container| [container.image_id.as_str(), container.image.as_str()])
        .collect();
    let answers: Vec<_> = stream::iter(ids)
        .map(|id| look.engine.image(id, look.engine_deadline()))
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut images: Vec<Image> = Vec::new();
    for answer in answers {
        match answer {
            Ok(image) if images.iter().any(|known| known.id == image.id) => {}
            Ok(image) => images.push(image),
            Err(error) if error.is_missing() => {}
            Err(error) => {
                return Observed::Unknown(Gap::new(
                    Probe::Images,
                    Subject::Engine,
                    on_one_line(&error.fault),
                ));
            }
        }
    }
    Observed::Known(images)
}
