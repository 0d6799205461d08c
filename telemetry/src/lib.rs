//! The shared tracing package of the PurpleTab services.
