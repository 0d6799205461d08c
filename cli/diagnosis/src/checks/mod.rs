//! The checks, one file each, in a folder for each area.

pub(crate) mod configuration;
pub(crate) mod correlation;
pub(crate) mod end_to_end;
pub(crate) mod export_errors;
pub(crate) mod network;
pub(crate) mod quality;
pub(crate) mod stack;
pub(crate) mod storage;
pub(crate) mod surroundings;
pub(crate) mod tempo;

mod explanations;
pub(crate) mod silent_sdk;
mod standing;

use crate::{check::Check, code::Code, commands};

/// Every check, area by area, in the order of their codes.
pub(crate) static ALL: &[&[&Check]] = &[
    stack::ALL,
    tempo::ALL,
    configuration::ALL,
    network::ALL,
    export_errors::ALL,
    end_to_end::ALL,
    quality::ALL,
    storage::ALL,
    correlation::ALL,
    surroundings::ALL,
];

/// Whether a check says that a name is nobody's, which holds only where everybody is known.
pub(crate) fn names_nobody(code: Code) -> bool {
    [
        stack::tempo_missing::CHECK.code,
        configuration::endpoint_unknown_host::CHECK.code,
    ]
    .contains(&code)
}
