//! Variables of a container as they stand, credentials and all: for whoever sends them on, never for a snapshot.

use bollard::query_parameters::InspectContainerOptions;
use ptctl_diagnosis::snapshot::ContainerId;

use super::{Engine, EngineError, required};
use crate::{clients::deadline::Deadline, secret::Secret};

impl Engine {
    /// The first of these variables that has a value, asked for anew.
    pub(crate) async fn secret_variable(
        &self,
        id: &ContainerId,
        names: &[&str],
        deadline: Deadline,
    ) -> Result<Option<Secret>, EngineError> {
        let what = || format!("inspect the container {}", id.short());
        let options = None::<InspectContainerOptions>;
        let question = self.bollard.inspect_container(&id.0, options);
        let answer = self.call(what(), deadline, question).await?;
        let config =
            required("Config", answer.config).map_err(|fault| EngineError::new(what(), fault))?;
        Ok(first(&config.env.unwrap_or_default(), names))
    }
}

fn first(variables: &[String], names: &[&str]) -> Option<Secret> {
    let value = |name: &&str| {
        variables
            .iter()
            .rev()
            .filter_map(|entry| entry.split_once('='))
            .find(|(found, _)| found == name)
            .map(|(_, value)| value)
    };
    names
        .iter()
        .filter_map(value)
        .find(|value| !value.trim().is_empty())
        .map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_with_a_value_decides_and_the_last_value_of_a_name_holds() {
        let variables = ["B=", "A=one", "A=two", "C=three"].map(str::to_owned);
        let found =
            |names: &[&str]| first(&variables, names).map(|value| value.reveal().to_owned());
        assert_eq!(found(&["B", "A"]), Some("two".to_owned()));
        assert_eq!(found(&["B"]), None);
    }
}
