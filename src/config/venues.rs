//! What may stand in `[venues]`: which sources are asked, and what each needs. Knows nothing of places.

use std::path::PathBuf;

use super::checks::web_address;
use super::layers::{Layers, Setting};
use super::settings::{Center, Venues, VenuesFrom};
use super::{ConfigError, Secret};

/// What `venues.source` may be.
const SOURCES: &str = "auto or none alone, or one or more of file, foursquare and openstreetmap (separated by commas)";

impl Venues {
    pub(super) fn take(from: &mut Layers) -> Result<Self, ConfigError> {
        let foursquare_key = from.take("venues.foursquare_key").hidden("a text", |text| Some(Secret::new(text)))?;
        let file = from.take("venues.file").optional("a file's path, or empty", |text| Some(PathBuf::from(text)))?;
        let web = "an address as https://places.example";
        Ok(Self {
            sources: venues_from(&from.take("venues.source"), file.is_some(), foursquare_key.is_some())?,
            file,
            foursquare_url: from.take("venues.foursquare_url").parsed(web, web_address)?,
            foursquare_key,
            photon_url: from.take("venues.photon_url").parsed(web, web_address)?,
            center: from.take("venues.center").optional("LAT,LNG in degrees, as 53.5511,9.9937, or empty", center)?,
            timeout: from.take("venues.timeout_ms").millis(100..=4_000)?,
            questions_per_minute: from.take("venues.questions_per_minute").whole(1..=600)?,
        })
    }
}

fn venues_from(setting: &Setting, has_file: bool, has_key: bool) -> Result<Vec<VenuesFrom>, ConfigError> {
    let names = setting.texts().unwrap_or_default();
    match &names[..] {
        ["none"] => return Ok(Vec::new()),
        ["auto"] => {
            let web = if has_key { VenuesFrom::Foursquare } else { VenuesFrom::OpenStreetMap };
            return Ok(if has_file { vec![VenuesFrom::File, web] } else { vec![web] });
        }
        _ => {}
    }
    let mut sources = Vec::new();
    for name in &names {
        let source = match (*name, has_file, has_key) {
            ("file", true, _) => VenuesFrom::File,
            ("foursquare", _, true) => VenuesFrom::Foursquare,
            ("openstreetmap", ..) => VenuesFrom::OpenStreetMap,
            ("file", false, _) => return Err(setting.wrong("another source, or to have its file: set venues.file")),
            ("foursquare", _, false) => {
                let key = "another source, or to have its key: set FOURSQUARE_API_KEY (venues.foursquare_key)";
                return Err(setting.wrong(key));
            }
            _ => return Err(setting.wrong(SOURCES)),
        };
        if sources.contains(&source) {
            return Err(setting.wrong("a list that has each source once"));
        }
        sources.push(source);
    }
    if sources.is_empty() { Err(setting.wrong(SOURCES)) } else { Ok(sources) }
}

fn center(text: &str) -> Option<Center> {
    let (lat, lng) = text.split_once(',')?;
    let (lat, lng): (f64, f64) = (lat.trim().parse().ok()?, lng.trim().parse().ok()?);
    let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng);
    on_earth.then_some(Center { lat, lng })
}
