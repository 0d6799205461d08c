//! Facts, catalogue of checks, cause engine and log-line classifier of ptctl; no I/O.
