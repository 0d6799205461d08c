//! The canaries of a look, by the service that they were sent for and by the backend that they were looked for in.

use super::{Backend, Service, Stack};
use crate::{
    observed::Gap,
    snapshot::{Flight, Landing},
};

impl<'s> Stack<'s> {
    /// The canary of a service; `None` where nobody asked for one.
    pub fn flight_of(&self, service: &Service<'_>) -> Result<Option<&'s Flight>, Gap> {
        let canary = self
            .snapshot
            .canaries
            .iter()
            .find(|canary| canary.from == service.container.id);
        match canary {
            Some(canary) => canary.flight.get().map(Some),
            None => Ok(None),
        }
    }

    /// Whether a canary with the settings of a service was found in a backend: its way there is open.
    pub fn is_way_open(&self, service: &Service<'_>) -> bool {
        matches!(self.flight_of(service), Ok(Some(flight)) if flight.has_arrived())
    }

    /// The canaries that a backend was asked for, with the services that they were sent for.
    pub fn landings_in<'a>(
        &'a self,
        backend: &'a Backend<'_>,
    ) -> impl Iterator<Item = (&'a Service<'s>, &'s Flight, &'s Landing)> + 'a {
        self.services.iter().filter_map(move |service| {
            let flight = self.flight_of(service).ok().flatten()?;
            let landing = flight.landed()?;
            (landing.tempo == backend.label()).then_some((service, flight, landing))
        })
    }
}
