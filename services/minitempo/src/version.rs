//! What the server says it is.
//!
//! The version begins with the version of Tempo whose answers it gives, so that clients that compare versions work; the
//! suffix says what it really is.

/// The version of Tempo whose behaviour is reproduced, marked as not being it.
pub const TEMPO_FORM: &str = concat!("3.0.3-minitempo-", env!("CARGO_PKG_VERSION"));
/// In place of the branch that Tempo was built from.
pub(crate) const BRANCH: &str = "minitempo";
/// In place of the revision that Tempo was built from.
pub(crate) const REVISION: &str = env!("CARGO_PKG_VERSION");

/// The processor architecture under the name that Go gives it.
pub(crate) fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The fields that name a version in a log line or a page.
fn fields() -> String {
    format!("branch: {BRANCH}, revision: {REVISION}")
}

/// The version as the first log line has it.
pub(crate) fn short_text() -> String {
    format!("(version={TEMPO_FORM}, branch={BRANCH}, revision={REVISION})")
}

/// What `-version` prints and `/status/version` shows, in the form that Tempo gives it.
pub(crate) fn long_text() -> String {
    format!(
        "tempo, version {TEMPO_FORM} ({})\n  build user:       \n  build date:       \n  go version:       \n  platform:         {}/{}\n  tags:             unknown\n",
        fields(),
        std::env::consts::OS,
        architecture()
    )
}
