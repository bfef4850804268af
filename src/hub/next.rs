//! Joins equal questions: who asks while one is under way shares the next one. So whatever was so when somebody asked is in the answer,
//! and however many ask, two are on their way at a time. Knows nothing of what is asked.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokio::time::timeout;

use crate::domain::counted::take_out;

/// The next question is asked by then, whether or not the one before it has been answered: who hangs holds up nobody twice.
const NEXT_AT_LATEST: Duration = Duration::from_millis(100);

pub type Answer<T> = Shared<BoxFuture<'static, T>>;

/// The latest question of each kind, while it is under way.
pub struct Next<K, T>(Mutex<Latests<K, T>>);

struct Latests<K, T> {
    by_kind: HashMap<K, Latest<T>>,
    asked: u64,
}

struct Latest<T> {
    number: u64,
    /// Whether it may have been asked already.
    begun: bool,
    answer: WeakShared<BoxFuture<'static, T>>,
}

/// A question's place among the latest; given up on drop.
struct Place<K: Eq + Hash, T> {
    next: Arc<Next<K, T>>,
    kind: K,
    number: u64,
}

impl<K, T> Default for Next<K, T> {
    fn default() -> Self {
        Self(Mutex::new(Latests { by_kind: HashMap::new(), asked: 0 }))
    }
}

impl<K, T> Next<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// The answer to a question that is not asked before now.
    pub fn answer<F>(self: &Arc<Self>, kind: &K, ask: impl FnOnce() -> F + Send + 'static) -> Answer<T>
    where
        F: Future<Output = T> + Send,
    {
        let mut guard = self.0.lock().expect("a short lock");
        let Latests { by_kind, asked } = &mut *guard;
        let known = by_kind.get(kind).and_then(|latest| Some((latest.begun, latest.answer.upgrade()?)));
        let before = match known {
            Some((false, next)) => return next,
            Some((true, before)) => Some(before),
            None => None,
        };
        *asked += 1;
        let place = Place { next: self.clone(), kind: kind.clone(), number: *asked };
        let answer = async move {
            if let Some(before) = before {
                // However that one ended.
                let _ = timeout(NEXT_AT_LATEST, before).await;
            }
            place.begin();
            ask().await
        };
        let answer = answer.boxed().shared();
        let weak = answer.downgrade().expect("nobody has polled it yet");
        by_kind.insert(kind.clone(), Latest { number: *asked, begun: false, answer: weak });
        answer
    }
}

impl<K: Eq + Hash, T> Place<K, T> {
    /// From here on nobody joins.
    fn begin(&self) {
        let mut latest = self.next.0.lock().expect("a short lock");
        if let Some(latest) = latest.by_kind.get_mut(&self.kind).filter(|latest| latest.number == self.number) {
            latest.begun = true;
        }
    }
}

impl<K: Eq + Hash, T> Drop for Place<K, T> {
    fn drop(&mut self) {
        let mut latest = self.next.0.lock().expect("a short lock");
        if latest.by_kind.get(&self.kind).is_some_and(|latest| latest.number == self.number) {
            take_out(&mut latest.by_kind, &self.kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;

    use super::*;

    /// Says how often it was asked, once it may.
    struct Oracle {
        next: Arc<Next<&'static str, u32>>,
        asked: Arc<AtomicU32>,
        may: Arc<Semaphore>,
    }

    impl Oracle {
        fn new() -> Self {
            Self { next: Arc::default(), asked: Arc::default(), may: Arc::new(Semaphore::new(0)) }
        }

        fn ask(&self) -> Answer<u32> {
            let (asked, may) = (self.asked.clone(), self.may.clone());
            self.next.answer(&"lunch", move || async move {
                let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
                may.acquire().await.expect("it is never closed").forget();
                number
            })
        }

        fn is_forgotten(&self) -> bool {
            self.next.0.lock().unwrap().by_kind.is_empty()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_gets_the_answer_to_a_question_that_was_asked_before_and_many_share_the_next() {
        let oracle = Oracle::new();
        let mut first = oracle.ask();
        assert!(futures_util::poll!(&mut first).is_pending());
        let others: Vec<_> = (0..50).map(|_| oracle.ask()).collect();
        oracle.may.add_permits(2);
        assert_eq!(first.await, 1);
        assert_eq!(join_all(others).await, [2; 50]);
        assert!(oracle.is_forgotten());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_does_not_hold_up_the_next() {
        let oracle = Oracle::new();
        let mut hangs = oracle.ask();
        assert!(futures_util::poll!(&mut hangs).is_pending());
        let mut next = oracle.ask();
        assert!(futures_util::poll!(&mut next).is_pending());
        assert_eq!(oracle.asked.load(Ordering::SeqCst), 1);
        tokio::time::sleep(NEXT_AT_LATEST).await;
        assert!(futures_util::poll!(&mut next).is_pending());
        assert_eq!(oracle.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_forgotten() {
        let oracle = Oracle::new();
        drop(oracle.ask());
        assert!(oracle.is_forgotten(), "never asked");
        let mut asked = oracle.ask();
        assert!(futures_util::poll!(&mut asked).is_pending());
        let waits = oracle.ask();
        drop(asked);
        drop(waits);
        assert!(oracle.is_forgotten(), "never answered");
    }
}
