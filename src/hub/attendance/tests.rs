//! What counts of sessions while the store does not answer.

use async_trait::async_trait;
use futures_util::FutureExt;

use super::*;
use crate::domain::account::{Account, AccountId, AccountKey, PassphraseHash, SignedIn, Tried};
use crate::domain::name::Username;
use crate::store::StoreError;
use crate::store::accounts::{NewSession, Replaced};

/// Knows what sessions are, and may be away: then it refuses once, and does not answer at all after that.
#[derive(Default)]
struct Fake {
    away: AtomicBool,
    refused: AtomicBool,
}

#[async_trait]
impl Accounts for Fake {
    async fn use_session(&self, session: &SessionId, _: Millis) -> Result<SessionState> {
        if self.away.load(Ordering::Relaxed) {
            if self.refused.swap(true, Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            return Err(StoreError::Unavailable("away".to_owned()));
        }
        Ok(if *session == id(1) { signed_in() } else { SessionState::Revoked })
    }

    async fn add_account(&self, _: &Account) -> Result<bool> {
        unreachable!("sessions alone are asked for")
    }

    async fn account(&self, _: &AccountKey) -> Result<Option<Account>> {
        unreachable!("sessions alone are asked for")
    }

    async fn change_hash(&self, _: &Account, _: &PassphraseHash) -> Result<bool> {
        unreachable!("sessions alone are asked for")
    }

    async fn replace_hash(&self, _: &Replaced<'_>, _: Millis) -> Result<bool> {
        unreachable!("sessions alone are asked for")
    }

    async fn delete_account(&self, _: &Account, _: Millis) -> Result<bool> {
        unreachable!("sessions alone are asked for")
    }

    async fn begin_session(&self, _: &Account, _: &NewSession) -> Result<bool> {
        unreachable!("sessions alone are asked for")
    }

    async fn sessions(&self, _: &Account) -> Result<Vec<(SessionId, SignedIn)>> {
        unreachable!("sessions alone are asked for")
    }

    async fn revoke_session(&self, _: &SessionId, _: Millis) -> Result<()> {
        unreachable!("sessions alone are asked for")
    }

    async fn count_try(&self, _: &AccountKey, _: Millis) -> Result<Tried> {
        unreachable!("sessions alone are asked for")
    }
}

fn id(number: u8) -> SessionId {
    SessionId::of([number; 16])
}

fn signed_in() -> SessionState {
    let username = Username::parse("Ann").unwrap();
    let account = AccountId::of([1; 16]);
    SessionState::SignedIn(SignedIn { account, username, label: String::new(), created: 1, used: 1 })
}

#[tokio::test(start_paused = true)]
async fn what_was_last_known_counts_for_as_long_as_the_store_is_away() {
    let store = Arc::new(Fake::default());
    let attendance = Attendance::new(store.clone(), 1);
    assert_eq!(attendance.state(&id(1)).await, Ok(signed_in()));
    store.away.store(true, Ordering::Relaxed);
    attendance.missed();
    assert_eq!(attendance.state(&id(1)).await, Ok(signed_in()), "the store refused");
    let again = attendance.state(&id(1)).now_or_never();
    assert_eq!(again, Some(Ok(signed_in())), "nobody waits for a store that is away");
}

#[tokio::test(start_paused = true)]
async fn a_guest_stands_until_the_store_says_otherwise() {
    let store = Arc::new(Fake::default());
    let attendance = Attendance::new(store.clone(), 1);
    assert!(attendance.is_given_up(&id(2)).await);
    store.away.store(true, Ordering::Relaxed);
    store.refused.store(true, Ordering::Relaxed);
    assert!(!attendance.is_given_up(&id(3)).await, "it does not answer in time");
    assert_eq!(attendance.is_given_up(&id(4)).now_or_never(), Some(false), "and nobody waits again");
    attendance.missed();
    assert!(attendance.is_given_up(&id(2)).await, "what was known is not forgotten");
}

#[tokio::test]
async fn connections_end_with_their_session_a_guests_too() {
    let attendance = Attendance::new(Arc::new(Fake::default()), 1);
    let guest = attendance.attend(&id(2), false);
    assert_eq!(guest.ended().now_or_never(), None);
    attendance.ended(&id(2));
    guest.ended().await;
    let late = attendance.attend(&id(2), false);
    assert_eq!(late.ended().now_or_never(), Some(()), "also one that is opened a moment after");
}

#[tokio::test(start_paused = true)]
async fn a_guest_whose_end_may_have_been_missed_is_asked_about_until_it_is_known() {
    let store = Arc::new(Fake::default());
    let attendance = Attendance::new(store.clone(), 1);
    let guest = attendance.attend(&id(2), false);
    assert_eq!(attendance.attended(), [], "guests are many");
    store.away.store(true, Ordering::Relaxed);
    attendance.missed();
    assert!(attendance.ask(&id(2)).await.is_err());
    assert_eq!(attendance.attended(), [id(2)]);
    store.away.store(false, Ordering::Relaxed);
    attendance.ask(&id(2)).await.unwrap();
    guest.ended().await;
}
