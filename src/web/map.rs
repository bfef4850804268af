//! What the page is told of the map, and what its policy allows for it: Leaflet and the tiles come from elsewhere, and only once
//! somebody opens the map. Knows nothing of settings files.

use serde::Serialize;

/// A file elsewhere, and what browsers check it by.
#[derive(Serialize)]
pub struct Remote {
    pub address: String,
    pub integrity: String,
}

#[derive(Serialize)]
pub struct Credit {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Checked already: the addresses stand in a policy as they are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Map {
    pub script: Remote,
    pub style: Remote,
    pub tiles: String,
    pub credit: Credit,
    pub max_zoom: u8,
    /// Where tiles come from, as a policy names it.
    #[serde(skip)]
    pub tile_host: String,
}

/// Further sources of a policy, each with a blank before it; empty without a map.
#[derive(Default)]
pub struct Sources {
    pub script: String,
    pub style: String,
    pub image: String,
}

impl Map {
    /// For a data attribute of the page.
    pub fn told(&self) -> String {
        serde_json::to_string(self).expect("texts and a number are JSON")
    }

    pub fn sources(&self) -> Sources {
        Sources {
            script: format!(" {}", self.script.address),
            style: format!(" {}", self.style.address),
            image: format!(" {}", self.tile_host),
        }
    }
}
