//! Asks equal questions once: who comes while one is under way gets its answer too, and where the source's terms
//! allow it, so does who comes later. Knows nothing of venues, and has no clock of its own.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::error::VenueError;

/// Answers kept, at most: 50 venues of half a KiB in each make 12 MiB, and most have ten.
const KEPT_MAX: usize = 500;

type Outcome<V> = Result<V, VenueError>;
type Asking<V> = Shared<BoxFuture<'static, Outcome<V>>>;

pub struct Asked<K, V> {
    /// How long an answer serves; none where the terms allow no keeping.
    keep: Option<Duration>,
    /// Different questions under way at once, at most; none: no limit. A source that hangs must not gather sockets.
    most: Option<usize>,
    state: Arc<Mutex<State<K, V>>>,
}

struct State<K, V> {
    /// Held weakly: when all who wait for an answer have gone, its question is dropped, not asked to the end.
    under_way: HashMap<K, WeakShared<BoxFuture<'static, Outcome<V>>>>,
    kept: HashMap<K, V>,
    /// The keys of `kept`, each once, with the moment it ends, oldest first.
    ends: VecDeque<(Instant, K)>,
}

impl<K, V> Asked<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub fn new(keep: Option<Duration>, most: Option<usize>) -> Self {
        let state = State { under_way: HashMap::new(), kept: HashMap::new(), ends: VecDeque::new() };
        Self { keep, most, state: Arc::new(Mutex::new(state)) }
    }

    /// What is known, or what somebody else is asking already, or what `ask` brings. Only good answers are kept.
    /// `Busy` where too much is under way.
    pub async fn get<F>(&self, key: K, now: Instant, ask: impl FnOnce() -> F) -> Outcome<V>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        let asking = {
            let mut state = locked(&self.state);
            state.forget(now);
            if let Some(known) = state.kept.get(&key) {
                return Ok(known.clone());
            }
            match state.joined(&key) {
                Some(asking) => asking,
                None => {
                    let asking = self.kept_when_good(key.clone(), now, ask());
                    state.start(key, &asking, self.most)?;
                    asking
                }
            }
        };
        asking.await
    }

    fn kept_when_good(
        &self,
        key: K,
        now: Instant,
        asking: impl Future<Output = Outcome<V>> + Send + 'static,
    ) -> Asking<V> {
        let (keep, state) = (self.keep, Arc::clone(&self.state));
        let kept = async move {
            let outcome = asking.await;
            if let (Ok(answer), Some(keep)) = (&outcome, keep) {
                locked(&state).keep(key, answer.clone(), now + keep);
            }
            outcome
        };
        kept.boxed().shared()
    }
}

impl<K: Clone + Eq + Hash, V: Clone> State<K, V> {
    fn joined(&self, key: &K) -> Option<Asking<V>> {
        self.under_way.get(key)?.upgrade().filter(|asking| asking.peek().is_none())
    }

    fn start(&mut self, key: K, asking: &Asking<V>, most: Option<usize>) -> Result<(), VenueError> {
        self.under_way.retain(|_, other| other.upgrade().is_some_and(|other| other.peek().is_none()));
        if most.is_some_and(|most| self.under_way.len() >= most) {
            return Err(VenueError::Busy);
        }
        // A future that has ended has nothing to share: such a one has told its answer already.
        if let Some(asking) = asking.downgrade() {
            self.under_way.insert(key, asking);
        }
        Ok(())
    }

    fn keep(&mut self, key: K, answer: V, until: Instant) {
        if self.kept.insert(key.clone(), answer).is_none() {
            self.ends.push_back((until, key));
        }
        while self.ends.len() > KEPT_MAX {
            self.forget_oldest();
        }
    }

    fn forget(&mut self, now: Instant) {
        while self.ends.front().is_some_and(|(until, _)| *until <= now) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.ends.pop_front() {
            self.kept.remove(&key);
        }
    }
}

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().expect("nothing panics while it holds this lock")
}

#[cfg(test)]
mod tests {
    const UNDER_WAY_MAX: usize = 32;

    use std::future::{pending, ready};

    use futures_util::poll;
    use tokio::sync::oneshot;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn keeping(keep: Option<Duration>) -> Asked<u32, &'static str> {
        Asked::new(keep, Some(UNDER_WAY_MAX))
    }

    #[tokio::test]
    async fn who_comes_while_a_question_is_under_way_gets_its_answer() {
        let (asked, now) = (keeping(None), Instant::now());
        let (answer, answered) = oneshot::channel();
        let first = asked.get(1, now, || async { Ok(answered.await.unwrap()) });
        let second = asked.get(1, now, || async { panic!("asked twice") });
        let (mut first, mut second) = (Box::pin(first), Box::pin(second));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        // Whoever asked first may go: the question lives as long as anybody waits.
        drop(first);
        answer.send("ramen").unwrap();
        assert_eq!(second.await, Ok("ramen"));
    }

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_is_dropped_and_asked_anew() {
        let (asked, now) = (keeping(None), Instant::now());
        let (held, dropped) = oneshot::channel::<()>();
        let mut gone = Box::pin(asked.get(1, now, || async move {
            let _held = held;
            pending().await
        }));
        assert!(poll!(&mut gone).is_pending());
        drop(gone);
        assert!(dropped.await.is_err());
        assert_eq!(asked.get(1, now, || ready(Ok("ramen"))).await, Ok("ramen"));
    }

    #[tokio::test]
    async fn an_answer_is_kept_for_its_time_and_no_longer() {
        let (asked, now) = (keeping(Some(HOUR)), Instant::now());
        assert_eq!(asked.get(1, now, || ready(Ok("old"))).await, Ok("old"));
        assert_eq!(asked.get(1, now + HOUR / 2, || ready(Ok("new"))).await, Ok("old"));
        assert_eq!(asked.get(1, now + HOUR, || ready(Ok("new"))).await, Ok("new"));
    }

    #[tokio::test]
    async fn nothing_is_kept_where_the_terms_forbid_it() {
        let (asked, now) = (keeping(None), Instant::now());
        assert_eq!(asked.get(1, now, || ready(Ok("old"))).await, Ok("old"));
        assert_eq!(asked.get(1, now, || ready(Ok("new"))).await, Ok("new"));
    }

    #[tokio::test]
    async fn a_failure_is_told_and_not_kept() {
        let (asked, now) = (keeping(Some(HOUR)), Instant::now());
        assert_eq!(asked.get(1, now, || ready(Err(VenueError::TimedOut))).await, Err(VenueError::TimedOut));
        assert_eq!(asked.get(1, now, || ready(Ok("ramen"))).await, Ok("ramen"));
    }

    #[tokio::test]
    async fn the_oldest_answer_makes_room_for_the_newest() {
        let (asked, now) = (keeping(Some(HOUR)), Instant::now());
        for key in 0..=u32::try_from(KEPT_MAX).unwrap() {
            asked.get(key, now, || ready(Ok("old"))).await.unwrap();
        }
        assert_eq!(locked(&asked.state).kept.len(), KEPT_MAX);
        assert_eq!(asked.get(1, now, || ready(Ok("new"))).await, Ok("old"));
        assert_eq!(asked.get(0, now, || ready(Ok("new"))).await, Ok("new"));
    }

    #[tokio::test]
    async fn too_many_at_once_are_told_so_and_a_place_frees_itself() {
        let (asked, now) = (keeping(None), Instant::now());
        let mut waiting = Vec::new();
        for key in 0..u32::try_from(UNDER_WAY_MAX).unwrap() {
            waiting.push(Box::pin(asked.get(key, now, pending)));
            assert!(poll!(waiting.last_mut().unwrap()).is_pending());
        }
        assert_eq!(asked.get(99, now, || ready(Ok("ramen"))).await, Err(VenueError::Busy));
        waiting.pop();
        assert_eq!(asked.get(99, now, || ready(Ok("ramen"))).await, Ok("ramen"));
    }
}
