//! Drift of the environment.

use super::{Comparison, Difference, Field, shown};
use crate::export::says;

/// Variables that Compose or Docker's client add from elsewhere: the client's proxies, the engine's path.
const ADDED: [&str; 10] = [
    "PATH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
];

pub(super) fn compare(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    for variable in &comparison.service.environment {
        let running = comparison.container.variable(&variable.name);
        let is_running = |_: &str| running.is_some_and(|running| says(&variable.text, running));
        // A name alone passes a shell's value on, and nothing where the shell has none.
        let passed_on = variable.text.value.is_none() && running.is_none();
        if passed_on {
            continue;
        }
        let value = running.unwrap_or_default();
        if let Some(changed_at) = comparison.changed(&variable.text, is_running, value) {
            differences.push(Difference {
                field: Field::Environment(variable.name.clone()),
                written: shown(&variable.text),
                running: running.map_or_else(|| "not set".to_owned(), str::to_owned),
                location: variable.text.location.clone(),
                changed_at,
            });
        }
    }
    removed(comparison, differences);
}

/// Variables of the container that neither its image nor the files have any more.
fn removed(comparison: &Comparison<'_>, differences: &mut Vec<Difference>) {
    let (Some(image), Some(changed_at)) = (comparison.image, comparison.any_written_since()) else {
        return;
    };
    for variable in &comparison.container.environment {
        let name = &variable.name;
        let known = comparison.service.variable(name).is_some()
            || image.environment.iter().any(|known| known.name == *name)
            || ADDED.contains(&name.as_str());
        if !known {
            differences.push(Difference {
                field: Field::Environment(name.clone()),
                written: "not set".to_owned(),
                running: variable.value.clone(),
                location: comparison.service.location.clone(),
                changed_at,
            });
        }
    }
}
