//! `ptctl helper`: what runs in the helper container.

use crate::{error::CommandError, exit::Exit, inside};

pub(super) async fn run() -> Result<Exit, CommandError> {
    inside::serve().await.map_err(CommandError::Helper)?;
    Ok(Exit::Ok)
}
