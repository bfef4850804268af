//! Pictures by version: each drawn once for all who ask, few at a time and not on the threads that serve, the latest kept.
//! Knows not what is on them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use metrics::{counter, histogram};
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use crate::picture::PictureError;

/// Pictures kept, at most: of so many groups at once a link is being looked at.
const KEPT_MAX: usize = 128;
/// Bytes of them, at most; one weighs some 40 KB, and 300 KB never.
const KEPT_BYTES_MAX: usize = 8 << 20;
/// Pictures under way, at most: as many as are drawn while somebody waits.
const UNDER_WAY_MAX: usize = 64;
/// What builds a link's preview waits some seconds for all of it.
const WAIT: Duration = Duration::from_secs(3);

/// Why a picture is not to be had now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Others are drawn first, more than this server can draw in time.
    Busy,
    Failed,
}

type Drawn = Result<Bytes, Unavailable>;

pub struct Pictures {
    /// The latest first.
    known: Mutex<VecDeque<Known>>,
    drawing: Arc<Semaphore>,
}

struct Known {
    version: String,
    /// None as long as it is under way.
    drawn: watch::Receiver<Option<Drawn>>,
}

impl Pictures {
    /// Draws so many at once; none: as many as are asked for.
    pub fn new(at_once: Option<usize>) -> Self {
        let permits = at_once.unwrap_or(UNDER_WAY_MAX).min(UNDER_WAY_MAX);
        Self { known: Mutex::default(), drawing: Arc::new(Semaphore::new(permits)) }
    }

    /// The picture of this version: kept, under way for somebody else, or drawn now. Who stops waiting does not stop the
    /// drawing: it serves whoever asks next.
    pub async fn get<F>(&self, version: &str, draw: F) -> Drawn
    where
        F: FnOnce() -> Result<Vec<u8>, PictureError> + Send + 'static,
    {
        let outcome = |outcome| counter!("wte_pictures_total", "outcome" => outcome).increment(1);
        let Some(mut drawn) = self.find_or_begin(version, draw) else {
            outcome("busy");
            return Err(Unavailable::Busy);
        };
        let kept = drawn.borrow().is_some();
        let drawn = match timeout(WAIT, drawn.wait_for(Option::is_some)).await {
            Ok(Ok(drawn)) => drawn.clone().unwrap_or(Err(Unavailable::Failed)),
            // The runtime that drew it is gone.
            Ok(Err(_)) => Err(Unavailable::Failed),
            Err(_) => Err(Unavailable::Busy),
        };
        outcome(match drawn {
            Ok(_) if kept => "kept",
            Ok(_) => "drawn",
            Err(Unavailable::Busy) => "busy",
            Err(Unavailable::Failed) => "failed",
        });
        drawn
    }

    /// None if too much is under way to begin with another.
    fn find_or_begin<F>(&self, version: &str, draw: F) -> Option<watch::Receiver<Option<Drawn>>>
    where
        F: FnOnce() -> Result<Vec<u8>, PictureError> + Send + 'static,
    {
        let mut known = self.known.lock().expect("nothing panics while it holds this lock");
        make_room(&mut known);
        if let Some(found) = known.iter().find(|known| known.version == version) {
            return Some(found.drawn.clone());
        }
        let under_way = known.iter().filter(|known| known.drawn.borrow().is_none()).count();
        if under_way >= UNDER_WAY_MAX {
            return None;
        }
        let (done, drawn) = watch::channel(None);
        let drawing = self.drawing.clone();
        tokio::spawn(async move {
            done.send_replace(Some(in_turn(drawing, draw).await));
        });
        known.push_front(Known { version: version.to_owned(), drawn: drawn.clone() });
        Some(drawn)
    }
}

async fn in_turn<F>(drawing: Arc<Semaphore>, draw: F) -> Drawn
where
    F: FnOnce() -> Result<Vec<u8>, PictureError> + Send + 'static,
{
    let began = Instant::now();
    let turn = drawing.acquire_owned().await.expect("it is never closed");
    let drawn = spawn_blocking(move || {
        // Held until the work is done, whoever still waits for it.
        let _turn = turn;
        draw()
    });
    let drawn = match drawn.await {
        Ok(Ok(png)) => Ok(Bytes::from(png)),
        Ok(Err(error)) => {
            tracing::error!(%error, "a picture could not be drawn");
            Err(Unavailable::Failed)
        }
        Err(error) => {
            tracing::error!(%error, "drawing a picture ended in a panic");
            Err(Unavailable::Failed)
        }
    };
    histogram!("wte_picture_seconds").record(began.elapsed());
    drawn
}

/// Forgets what failed, and the oldest of what is too much.
fn make_room(known: &mut VecDeque<Known>) {
    let (mut count, mut bytes) = (0, 0);
    known.retain(|known| match &*known.drawn.borrow() {
        // Without a sender, nobody draws it any more.
        None => known.drawn.has_changed().is_ok(),
        Some(Err(_)) => false,
        Some(Ok(png)) => {
            count += 1;
            bytes += png.len();
            count <= KEPT_MAX && bytes <= KEPT_BYTES_MAX
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, sync_channel};

    use futures_util::future::join_all;
    use futures_util::{FutureExt, poll};

    use super::*;

    fn png(bytes: usize) -> Result<Vec<u8>, PictureError> {
        Ok(vec![7; bytes])
    }

    fn never() -> Result<Vec<u8>, PictureError> {
        panic!("drawn although it was known")
    }

    #[tokio::test]
    async fn a_picture_is_drawn_once_for_all_who_ask() {
        let pictures = Pictures::new(Some(1));
        let drawn = Arc::new(AtomicUsize::new(0));
        let draw = || {
            let drawn = drawn.clone();
            move || {
                drawn.fetch_add(1, Ordering::SeqCst);
                png(10)
            }
        };
        let all = join_all((0..20).map(|_| pictures.get("a", draw()))).await;
        assert!(all.iter().all(|one| one.as_ref().is_ok_and(|png| png.len() == 10)));
        assert_eq!(pictures.get("a", draw()).await.map(|png| png.len()), Ok(10));
        assert_eq!(drawn.load(Ordering::SeqCst), 1);
        assert_eq!(pictures.get("b", || png(20)).await.map(|png| png.len()), Ok(20));
    }

    /// Draws as soon as the test says so, and tells that it has begun.
    fn on_word(begun: &Arc<AtomicUsize>, word: Receiver<()>) -> impl FnOnce() -> Result<Vec<u8>, PictureError> + use<> {
        let begun = begun.clone();
        move || {
            begun.fetch_add(1, Ordering::SeqCst);
            word.recv().expect("the test gives its word");
            png(1)
        }
    }

    #[tokio::test]
    async fn no_more_are_drawn_at_once_than_may_be() {
        let (pictures, begun) = (Pictures::new(Some(2)), Arc::new(AtomicUsize::new(0)));
        let (words, draws): (Vec<_>, Vec<_>) = (0..5).map(|_| sync_channel(1)).unzip();
        let mut all = Box::pin(join_all(draws.into_iter().enumerate().map(|(number, word)| {
            let (pictures, draw) = (&pictures, on_word(&begun, word));
            async move { pictures.get(&number.to_string(), draw).await }
        })));
        for (number, word) in words.iter().enumerate() {
            while begun.load(Ordering::SeqCst) < (number + 2).min(5) {
                assert!(poll!(&mut all).is_pending());
                tokio::task::yield_now().await;
            }
            assert!(begun.load(Ordering::SeqCst) <= number + 2, "more than two at once");
            word.send(()).unwrap();
        }
        assert!(all.await.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn without_a_bound_all_are_drawn_at_once() {
        let (pictures, all_here) = (Pictures::new(None), Arc::new(Barrier::new(5)));
        let all = (0..5).map(|number| {
            let (pictures, all_here) = (&pictures, all_here.clone());
            async move {
                let draw = move || {
                    all_here.wait();
                    png(1)
                };
                pictures.get(&number.to_string(), draw).await
            }
        });
        assert!(join_all(all).await.iter().all(Result::is_ok));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_told_so() {
        let pictures = Pictures { drawing: Arc::new(Semaphore::new(0)), ..Pictures::new(None) };
        let began = Instant::now();
        assert_eq!(pictures.get("a", never).await, Err(Unavailable::Busy));
        assert_eq!(began.elapsed(), WAIT);
    }

    #[tokio::test]
    async fn too_many_under_way_are_refused_at_once() {
        let pictures = Pictures { drawing: Arc::new(Semaphore::new(0)), ..Pictures::new(None) };
        let versions: Vec<String> = (0..UNDER_WAY_MAX).map(|number| number.to_string()).collect();
        let mut waiting: Vec<_> = versions.iter().map(|version| Box::pin(pictures.get(version, never))).collect();
        for one in &mut waiting {
            assert!(poll!(one).is_pending());
        }
        assert_eq!(pictures.get("another", never).now_or_never(), Some(Err(Unavailable::Busy)));
        let mut joined = Box::pin(pictures.get("0", never));
        assert!(poll!(&mut joined).is_pending(), "who asks for one that is under way waits with the others");
    }

    #[tokio::test]
    async fn a_failure_is_not_kept_and_takes_nobodys_turn() {
        let pictures = Pictures::new(Some(1));
        let fails = || Err(PictureError::Packed("planted".to_owned()));
        assert_eq!(pictures.get("a", fails).await, Err(Unavailable::Failed));
        assert_eq!(pictures.get("a", never).await, Err(Unavailable::Failed), "a panic is a failure too");
        assert_eq!(pictures.get("a", || png(3)).await.map(|png| png.len()), Ok(3));
    }

    #[tokio::test]
    async fn who_stops_waiting_does_not_stop_the_drawing() {
        let (pictures, begun) = (Pictures::new(Some(1)), Arc::new(AtomicUsize::new(0)));
        let (word, waits) = sync_channel(1);
        assert!(poll!(Box::pin(pictures.get("a", on_word(&begun, waits)))).is_pending());
        word.send(()).unwrap();
        assert_eq!(pictures.get("a", never).await.map(|png| png.len()), Ok(1));
    }

    #[tokio::test]
    async fn the_latest_are_kept_and_no_more_than_fit() {
        let pictures = Pictures::new(Some(1));
        for number in 0..=KEPT_MAX {
            pictures.get(&number.to_string(), || png(1)).await.unwrap();
        }
        let kept = || {
            let mut known = pictures.known.lock().unwrap();
            make_room(&mut known);
            known.iter().map(|known| known.version.clone()).collect::<Vec<_>>()
        };
        assert_eq!(kept().len(), KEPT_MAX);
        assert!(!kept().contains(&"0".to_owned()) && kept().contains(&KEPT_MAX.to_string()));
        pictures.get("large", || png(KEPT_BYTES_MAX)).await.unwrap();
        assert_eq!(kept(), ["large"]);
        pictures.get("small", || png(1)).await.unwrap();
        assert_eq!(kept(), ["small"]);
    }
}
