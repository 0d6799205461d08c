//! A small trace backend that speaks Tempo's ingest and query APIs.
