//! Area 02: Tempo itself.

pub(crate) mod attributes_truncated;
pub(crate) mod block_lost;
pub(crate) mod config_key_removed;
pub(crate) mod config_rejected;
pub(crate) mod config_unreadable;
pub(crate) mod data_not_writable;
pub(crate) mod flag_unknown;
pub(crate) mod image_unpinned;
pub(crate) mod invalid_ids;
pub(crate) mod kafka_missing;
pub(crate) mod killed_at_stop;
pub(crate) mod legacy_overrides;
pub(crate) mod live_store_lagging;
pub(crate) mod live_traces_exceeded;
pub(crate) mod module_unknown;
pub(crate) mod not_ready;
pub(crate) mod port_in_use;
pub(crate) mod query_fails;
pub(crate) mod rate_limited;
pub(crate) mod receiver_bound_to_loopback;
pub(crate) mod receiver_disabled;
pub(crate) mod receiver_unknown;
pub(crate) mod ring_empty;
pub(crate) mod search_cut_off;
pub(crate) mod spans_discarded;
pub(crate) mod spans_refused;
pub(crate) mod start_failed_storage;
pub(crate) mod tenant_missing;
pub(crate) mod trace_too_large;
pub(crate) mod wal_replay_failed;
pub(crate) mod writes_failing;

mod discards;
pub(in crate::checks) mod proof;
mod start;

use crate::check::Check;

/// The checks of this area, in the order of their codes.
pub(super) static ALL: &[&Check] = &[
    &not_ready::CHECK,
    &config_rejected::CHECK,
    &receiver_bound_to_loopback::CHECK,
    &spans_refused::CHECK,
    &spans_discarded::CHECK,
    &data_not_writable::CHECK,
    &port_in_use::CHECK,
    &config_unreadable::CHECK,
    &start_failed_storage::CHECK,
    &image_unpinned::CHECK,
    &config_key_removed::CHECK,
    &legacy_overrides::CHECK,
    &tenant_missing::CHECK,
    &trace_too_large::CHECK,
    &live_traces_exceeded::CHECK,
    &rate_limited::CHECK,
    &invalid_ids::CHECK,
    &attributes_truncated::CHECK,
    &writes_failing::CHECK,
    &wal_replay_failed::CHECK,
    &block_lost::CHECK,
    &killed_at_stop::CHECK,
    &search_cut_off::CHECK,
    &receiver_disabled::CHECK,
    &receiver_unknown::CHECK,
    &module_unknown::CHECK,
    &kafka_missing::CHECK,
    &query_fails::CHECK,
    &ring_empty::CHECK,
    &live_store_lagging::CHECK,
    &flag_unknown::CHECK,
];
