//! Finds out why traces are missing in a Docker stack that sends OTLP to Tempo.
