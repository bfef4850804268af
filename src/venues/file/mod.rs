//! The office's own places, from a file: read at the start, and anew when it has changed. Knows when to read; what stands in it is
//! for `geojson`, what fits a question for `fitting`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{info, warn};

mod fitting;
pub(super) mod geojson;

use self::geojson::Contents;
use super::VenueSource;
use super::answer::Told;
use super::error::{SetupError, VenueError};
use super::question::Question;

pub(super) const SOURCE: &str = "file";
/// Between two looks whether the file has changed. Who edits it and tries at once sees it at the second try at the latest, and a
/// burst of questions costs one look.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A question waits so long for a look that is due. A disk answers within a few milliseconds; one that hangs delays nobody, for
/// the places are known.
const LOOK_LIMIT: Duration = Duration::from_millis(100);

pub struct PlacesFile {
    shelf: Arc<Shelf>,
    /// When somebody last went to look.
    looked: Mutex<Instant>,
}

/// What is known of the file.
struct Shelf {
    path: PathBuf,
    contents: Mutex<Arc<Contents>>,
    /// Held while somebody looks.
    seen: Mutex<Seen>,
}

struct Seen {
    /// Of the file that the contents are from.
    stamp: Option<Stamp>,
    /// What was wrong at the last look; it is logged once, not at each look.
    trouble: Option<String>,
}

/// What tells one state of the file from another without reading it: when it was written, and how long it is.
#[derive(PartialEq)]
struct Stamp(SystemTime, u64);

impl PlacesFile {
    /// Reads the file at once: a server that starts has its places.
    pub fn open(path: &Path) -> Result<Self, SetupError> {
        let stamp = stamp(path);
        let contents = read(path).map_err(|wrong| SetupError::File { path: path.to_owned(), wrong })?;
        let seen = Mutex::new(Seen { stamp, trouble: None });
        let shelf = Shelf { path: path.to_owned(), contents: Mutex::new(Arc::new(contents)), seen };
        Ok(Self { shelf: Arc::new(shelf), looked: Mutex::new(Instant::now()) })
    }

    /// Whether it is time to look; only one who asks is told so.
    fn is_due(&self, now: Instant) -> bool {
        let mut looked = self.looked.lock().expect("nothing panics while it holds this lock");
        let due = now.saturating_duration_since(*looked) >= LOOK_EVERY;
        if due {
            *looked = now;
        }
        due
    }
}

#[async_trait]
impl VenueSource for PlacesFile {
    fn name(&self) -> &'static str {
        SOURCE
    }

    /// It is in memory already.
    fn keeps(&self) -> Option<Duration> {
        None
    }

    fn finds_named_places(&self) -> bool {
        false
    }

    async fn search(&self, question: &Question) -> Result<Told, VenueError> {
        if self.is_due(Instant::now()) {
            let shelf = Arc::clone(&self.shelf);
            let look = timeout(LOOK_LIMIT, spawn_blocking(move || shelf.look())).await;
            if look.is_err() {
                warn!("a look at venues.file takes long; the places read before stay until it is done");
            }
        }
        let contents = self.shelf.contents();
        let venues = fitting::search(&contents.entries, question);
        Ok(Told { attribution: contents.attribution.clone(), at: None, venues })
    }
}

impl Shelf {
    fn contents(&self) -> Arc<Contents> {
        Arc::clone(&self.contents.lock().expect("nothing panics while it holds this lock"))
    }

    /// Reads the file anew if it has changed. What cannot be used leaves what is known as it is.
    fn look(&self) {
        // Whoever looks already will see it.
        let Ok(mut seen) = self.seen.try_lock() else { return };
        let stamp = stamp(&self.path);
        if stamp.is_some() && stamp == seen.stamp {
            seen.trouble = None;
            return;
        }
        match read(&self.path) {
            Ok(contents) => {
                info!(places = contents.entries.len(), "venues.file has changed and is read anew");
                *self.contents.lock().expect("nothing panics while it holds this lock") = Arc::new(contents);
                *seen = Seen { stamp, trouble: None };
            }
            Err(wrong) => {
                if seen.trouble.as_ref() != Some(&wrong) {
                    warn!(file = %self.path.display(), "venues.file {wrong}; the places read before stay until it is mended");
                }
                seen.trouble = Some(wrong);
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let file = fs::metadata(path).ok()?;
    Some(Stamp(file.modified().ok()?, file.len()))
}

/// The file's places, and a word in the log about those that are none; else what is wrong with the file.
fn read(path: &Path) -> Result<Contents, String> {
    let contents = geojson::read(path)?;
    if let Some(first) = contents.odd.first() {
        let (skipped, places) = (contents.odd.len(), contents.entries.len());
        warn!(
            file = %path.display(), skipped, first, places,
            "venues.file has features that are skipped: a place has a name, a point on earth, and an id of its own or none; \
             the first odd one is the one of this number"
        );
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::NamedTempFile;

    use super::super::question::RawQuestion;
    use super::*;

    fn collection(name: &str) -> String {
        format!(
            r#"{{"type":"FeatureCollection","features":[
                {{"geometry":{{"coordinates":[13.4,52.5]}},"properties":{{"name":"{name}"}}}}]}}"#
        )
    }

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn name(file: &PlacesFile) -> String {
        let question = Question::parse(RawQuestion::default()).unwrap();
        fitting::search(&file.shelf.contents().entries, &question)[0].venue.name.clone()
    }

    #[test]
    fn the_file_is_looked_at_once_in_a_while_by_one_who_asks() {
        let places = file(&collection("Thai Palace"));
        let (file, start) = (PlacesFile::open(places.path()).unwrap(), Instant::now());
        assert!(!file.is_due(start));
        assert!(file.is_due(start + LOOK_EVERY) && !file.is_due(start + LOOK_EVERY));
        assert!(!file.is_due(start + 2 * LOOK_EVERY - Duration::from_millis(1)));
        assert!(file.is_due(start + 2 * LOOK_EVERY));
    }

    #[test]
    fn a_changed_file_is_read_anew_and_a_broken_one_leaves_what_is_known() {
        let places = file(&collection("Thai Palace"));
        let file = PlacesFile::open(places.path()).unwrap();
        fs::write(places.path(), collection("Bar Nero Nuovo")).unwrap();
        file.shelf.look();
        assert_eq!(name(&file), "Bar Nero Nuovo");
        for broken in ["", "{", "[]", r#"{"type":"FeatureCollection"}"#] {
            fs::write(places.path(), broken).unwrap();
            file.shelf.look();
            assert_eq!(name(&file), "Bar Nero Nuovo", "after {broken:?}");
        }
        fs::write(places.path(), collection("Falafel Palast")).unwrap();
        file.shelf.look();
        assert_eq!(name(&file), "Falafel Palast");
    }

    #[test]
    fn a_file_that_goes_away_leaves_what_is_known_until_it_is_back() {
        let places = file(&collection("Thai Palace"));
        let file = PlacesFile::open(places.path()).unwrap();
        let path = places.path().to_owned();
        places.close().unwrap();
        file.shelf.look();
        assert_eq!(name(&file), "Thai Palace");
        fs::write(&path, collection("Bar Nero")).unwrap();
        file.shelf.look();
        fs::remove_file(&path).unwrap();
        assert_eq!(name(&file), "Bar Nero");
    }

    #[test]
    fn each_trouble_is_logged_once_until_another_comes() {
        let places = file(&collection("Thai Palace"));
        let file = PlacesFile::open(places.path()).unwrap();
        let log = NamedTempFile::new().unwrap();
        let writer = log.reopen().unwrap();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(Mutex::new(writer)).finish();
        tracing::subscriber::with_default(subscriber, || {
            for text in ["{", "{", "[]", "{"] {
                fs::write(places.path(), text).unwrap();
                file.shelf.look();
                file.shelf.look();
            }
        });
        let told = fs::read_to_string(log.path()).unwrap();
        assert_eq!(
            (told.matches("is no JSON").count(), told.matches("no FeatureCollection").count()),
            (2, 1),
            "{told}"
        );
    }

    /// Somebody who looks, on a disk that hangs, holds `seen` for ever.
    #[test]
    fn a_look_that_hangs_holds_up_nobody() {
        let places = file(&collection("Thai Palace"));
        let file = PlacesFile::open(places.path()).unwrap();
        let _hangs = file.shelf.seen.lock().unwrap();
        file.shelf.look();
        assert_eq!(name(&file), "Thai Palace");
    }
}
