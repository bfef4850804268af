//! From the settings of the map to what the web tells the page. Knows nothing of how it gets there.

use crate::config::{Remote, Settings};
use crate::web::map::{self, Credit, Map};

/// None where nobody is to see a map.
pub fn of(settings: &Settings) -> Option<Map> {
    let map = settings.map.as_ref()?;
    let remote =
        |Remote { address, integrity }: &Remote| map::Remote { address: address.clone(), integrity: integrity.clone() };
    Some(Map {
        script: remote(&map.script),
        style: remote(&map.style),
        tiles: map.tiles.clone(),
        credit: Credit {
            text: map.tile_attribution.clone(),
            url: map.tile_attribution_url.as_ref().map(ToString::to_string),
        },
        max_zoom: map.max_zoom,
        tile_host: map.tile_host.clone(),
    })
}

/// Where people look who say nothing of where, as the page reads it: `LAT,LNG`; empty is nowhere in particular.
pub fn center(settings: &Settings) -> String {
    settings.venues.center.map(|at| format!("{},{}", at.lat, at.lng)).unwrap_or_default()
}
