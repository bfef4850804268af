//! Areas' pages as they were rendered last, for whoever is to get the same one: by the sight of the area that they show. Nothing of
//! anybody in particular is kept. Knows neither requests nor templates.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::text::Text;
use crate::domain::name::AreaName;
use crate::hub::{Edition, Sight};

/// Bytes of pages kept at most when another one comes: some forty, compressed and not. What is compressed only later comes on top until then.
const KEPT_BYTES: usize = 2 << 20;

/// What page is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    pub area: AreaName,
    pub wall: bool,
    pub language: &'static str,
    /// The server's own address, as the page names it.
    pub origin: String,
}

/// What such a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    edition: Edition,
    position: u64,
    stale: bool,
    live: u64,
}

impl Shown {
    /// `live` is how many people follow any area.
    pub fn new(sight: &Sight<'_>, stale: bool, live: u64) -> Self {
        Self { edition: sight.edition, position: sight.position, stale, live }
    }
}

/// One page for each that is asked for.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<Asked, (Shown, Arc<Text>)>>);

impl Kept {
    /// The page, if that is what it shows.
    pub fn find(&self, asked: &Asked, shown: &Shown) -> Option<Arc<Text>> {
        let pages = self.0.lock().expect("a short lock");
        pages.get(asked).filter(|(kept, _)| kept == shown).map(|(_, page)| page.clone())
    }

    /// Keeps the page instead of the one before it. Where that would be too many, all others are forgotten: who is asked for is soon
    /// there again.
    pub fn put(&self, asked: Asked, shown: Shown, page: Arc<Text>) {
        let mut pages = self.0.lock().expect("a short lock");
        pages.remove(&asked);
        let kept: usize = pages.values().map(|(_, page)| page.size()).sum();
        if kept + page.size() > KEPT_BYTES {
            *pages = HashMap::new();
        }
        pages.insert(asked, (shown, page));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(area: &str) -> Asked {
        Asked { area: AreaName::parse(area).unwrap(), wall: false, language: "en", origin: "http://localhost".into() }
    }

    fn shown() -> Shown {
        Shown { edition: Edition::next(), position: 0, stale: false, live: 1 }
    }

    #[test]
    fn a_page_is_found_by_all_that_it_shows() {
        let (kept, shown) = (Kept::default(), shown());
        kept.put(asked("lunch"), shown, Text::new("page".into()));
        assert!(kept.find(&asked("lunch"), &shown).is_some());
        assert!(kept.find(&asked("dinner"), &shown).is_none());
        assert!(kept.find(&Asked { wall: true, ..asked("lunch") }, &shown).is_none());
        assert!(kept.find(&Asked { language: "de", ..asked("lunch") }, &shown).is_none());
        assert!(kept.find(&Asked { origin: "http://other".into(), ..asked("lunch") }, &shown).is_none());
        for other in [
            Shown { edition: Edition::next(), ..shown },
            Shown { position: 1, ..shown },
            Shown { stale: true, ..shown },
            Shown { live: 2, ..shown },
        ] {
            assert!(kept.find(&asked("lunch"), &other).is_none());
        }
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let kept = Kept::default();
        for number in 0..100 {
            // Each comes twice, and is larger the second time.
            kept.put(
                asked(&format!("area-{}", number / 2)),
                shown(),
                Text::new("x".repeat(KEPT_BYTES / 20 * (1 + number % 2))),
            );
            let bytes: usize = kept.0.lock().unwrap().values().map(|(_, page)| page.size()).sum();
            assert!((1..=KEPT_BYTES).contains(&bytes), "{bytes}");
        }
    }
}
