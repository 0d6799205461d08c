//! The flags of the commands that read the catalogue and look at nothing.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use ptctl_diagnosis::code::{AREAS, Area, Code};

use super::OutputChoice;

/// `ptctl checks`.
#[derive(Debug, Clone, Args)]
pub struct ChecksArguments {
    /// Only the checks of this area
    #[arg(long, env = "PTCTL_AREA", value_name = "AREA", value_parser = areas())]
    pub area: Option<Area>,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// `ptctl explain`.
#[derive(Debug, Clone, Args)]
pub struct Explain {
    /// Code of the check, such as `PT0203`
    pub code: Code,
}

fn areas() -> impl TypedValueParser<Value = Area> {
    PossibleValuesParser::new(AREAS.map(Area::folder)).try_map(|name| {
        AREAS
            .into_iter()
            .find(|area| area.folder() == name)
            .ok_or("no such area")
    })
}
