//! How often a session may search. Knows sessions as opaque texts, and has no clock of its own.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::error::VenueError;

/// A full allowance comes back in this time, and can be used at once.
const WINDOW: Duration = Duration::from_secs(60);
/// Sessions that are remembered, at most: some hundred bytes each, and none for longer than the window.
const SESSIONS_MAX: usize = 10_000;

/// A token bucket for each session, kept as the moment at which it is full again.
pub struct Allowance {
    /// What one question costs; none where there is no limit.
    cost: Option<Duration>,
    full_at: Mutex<HashMap<String, Instant>>,
}

impl Allowance {
    /// Questions a minute and session; 0 is no limit.
    pub fn new(per_minute: u32) -> Self {
        let cost = (per_minute > 0).then(|| WINDOW / per_minute);
        Self { cost, full_at: Mutex::default() }
    }

    /// Takes one question off, or tells when there will be one to take.
    pub fn take(&self, session: &str, now: Instant) -> Result<(), VenueError> {
        let Some(cost) = self.cost else { return Ok(()) };
        let mut full_at = self.full_at.lock().expect("nothing panics while it holds this lock");
        let known = full_at.get(session).copied();
        if known.is_none() && full_at.len() >= SESSIONS_MAX {
            make_room(&mut full_at, now);
        }
        let then = known.map_or(now, |at| at.max(now)) + cost;
        let over = then.duration_since(now).saturating_sub(WINDOW);
        if over > Duration::ZERO {
            return Err(VenueError::RateLimited { retry_after: over });
        }
        full_at.insert(session.to_owned(), then);
        Ok(())
    }
}

/// Forgets who has a full allowance anyway; if that is nobody, the one who is nearest to it.
fn make_room(full_at: &mut HashMap<String, Instant>, now: Instant) {
    full_at.retain(|_, at| *at > now);
    if full_at.len() >= SESSIONS_MAX
        && let Some(least) = full_at.iter().min_by_key(|(_, at)| **at).map(|(session, _)| session.clone())
    {
        full_at.remove(&least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_minutes_questions_can_come_at_once_and_come_back_one_by_one() {
        let (allowance, start) = (Allowance::new(3), Instant::now());
        for _ in 0..3 {
            assert_eq!(allowance.take("ann", start), Ok(()));
        }
        assert_eq!(allowance.take("ann", start), Err(VenueError::RateLimited { retry_after: 20 * SECOND }));
        assert!(allowance.take("ann", start + 19 * SECOND).is_err());
        assert_eq!(allowance.take("ann", start + 20 * SECOND), Ok(()));
        assert!(allowance.take("ann", start + 20 * SECOND).is_err());
    }

    #[test]
    fn one_session_does_not_use_up_anothers() {
        let (allowance, now) = (Allowance::new(1), Instant::now());
        assert!(allowance.take("ann", now).is_ok() && allowance.take("ann", now).is_err());
        assert!(allowance.take("bob", now).is_ok());
    }

    #[test]
    fn zero_is_no_limit() {
        let (allowance, now) = (Allowance::new(0), Instant::now());
        assert!((0..10_000).all(|_| allowance.take("ann", now).is_ok()));
    }

    #[test]
    fn a_crowd_of_sessions_neither_grows_without_end_nor_frees_the_busy_one() {
        let (allowance, now) = (Allowance::new(2), Instant::now());
        assert!(allowance.take("busy", now).is_ok() && allowance.take("busy", now).is_ok());
        for session in 0..2 * SESSIONS_MAX {
            assert!(allowance.take(&session.to_string(), now).is_ok());
        }
        assert_eq!(allowance.full_at.lock().unwrap().len(), SESSIONS_MAX);
        assert!(allowance.take("busy", now).is_err());
        assert!(allowance.take("new", now + WINDOW).is_ok());
        assert_eq!(allowance.full_at.lock().unwrap().len(), 1);
    }
}
