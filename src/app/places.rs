//! From the settings of the search for places to what asks their sources. Knows nothing of how they are asked.

use crate::config::{Settings, VenuesFrom};
use crate::venues::{Choice, VenuesOptions};

pub fn of(settings: &Settings) -> VenuesOptions {
    let venues = &settings.venues;
    VenuesOptions {
        sources: venues.sources.iter().map(choice).collect(),
        file: venues.file.clone(),
        foursquare_url: venues.foursquare_url.to_string(),
        foursquare_key: venues.foursquare_key.as_ref().map(|key| key.expose().to_owned()),
        photon_url: venues.photon_url.to_string(),
        public_url: settings.server.public_url.clone(),
        center: venues.center.map(|center| (center.lat, center.lng)),
        timeout: venues.timeout,
        per_minute: venues.questions_per_minute,
        under_way: settings.limits.venue_requests.map(super::size),
    }
}

fn choice(from: &VenuesFrom) -> Choice {
    match from {
        VenuesFrom::File => Choice::File,
        VenuesFrom::Foursquare => Choice::Foursquare,
        VenuesFrom::OpenStreetMap => Choice::OpenStreetMap,
    }
}
