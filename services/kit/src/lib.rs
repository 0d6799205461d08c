//! What every PurpleTab service shares around its business: serving, health, shutdown, errors, peers.
