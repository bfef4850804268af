//! Claims about accounts: a name has one, and its sessions are good until they are ended, on every server.

use std::sync::Arc;

use where_to_eat::domain::account::{
    Account, AccountId, AccountKey, PassphraseHash, SessionId, SessionState, SignedIn, Tried,
};
use where_to_eat::domain::change::Rules;
use where_to_eat::store::Store;
use where_to_eat::store::accounts::{NewSession, Replaced};

use super::Ground;
use super::group::{Group, LONG, eventually, name};

/// Longer than any test takes.
const MINUTES: u64 = 600_000;

fn account(id: u8, username: &str) -> Account {
    let hash = PassphraseHash::from_phc(format!("$argon2id$of {id}"));
    Account { id: AccountId::of([id; 16]), username: name(username), hash }
}

fn key(username: &str) -> AccountKey {
    AccountKey::of(&name(username).key())
}

fn session(id: u8) -> NewSession {
    NewSession { id: SessionId::of([id; 16]), label: format!("browser {id}"), lifetime: MINUTES, most: 0 }
}

/// An account that is kept, with sessions of these numbers.
async fn with_sessions(store: &Arc<dyn Store>, account: &Account, sessions: &[u8]) {
    assert_eq!(store.add_account(account).await, Ok(true));
    for id in sessions {
        assert_eq!(store.begin_session(account, &session(*id)).await, Ok(true));
    }
}

async fn state(group: &Group, id: u8) -> SessionState {
    group.store.use_session(&session(id).id, MINUTES).await.expect("the store answers")
}

async fn listed(group: &Group, account: &Account) -> Vec<String> {
    let mut sessions = group.store.sessions(account).await.expect("the store answers");
    sessions.sort_by(|one, two| one.1.label.cmp(&two.1.label));
    sessions.into_iter().map(|(_, SignedIn { label, .. })| label).collect()
}

async fn two(ground: &dyn Ground) -> (Group, Group) {
    let one = Group::meet(ground, LONG).await;
    let two = one.elsewhere(ground).await;
    (one, two)
}

pub async fn a_name_has_one_account(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    assert_eq!(two.store.account(&key("Ann")).await, Ok(None));
    assert_eq!(one.store.add_account(&account(1, "Ann")).await, Ok(true));
    for other in ["Ann", "ANN", "A\u{200D}nn"] {
        assert_eq!(two.store.add_account(&account(2, other)).await, Ok(false), "{other}");
    }
    assert_eq!(two.store.account(&key("ann")).await, Ok(Some(account(1, "Ann"))));
    for other in ["users", "sessions", "{x}", "a:b", "}"] {
        assert_eq!(one.store.add_account(&account(3, other)).await, Ok(true), "{other}");
        assert_eq!(two.store.account(&key(other)).await, Ok(Some(account(3, other))), "{other}");
    }
}

pub async fn a_hash_is_replaced_only_by_who_verified_it(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let ann = account(1, "Ann");
    with_sessions(&one.store, &ann, &[1]).await;
    let hash = PassphraseHash::from_phc("$argon2id$new");
    assert_eq!(two.store.change_hash(&Account { id: AccountId::of([2; 16]), ..ann.clone() }, &hash).await, Ok(false));
    assert_eq!(two.store.change_hash(&ann, &hash).await, Ok(true));
    assert_eq!(one.store.account(&key("Ann")).await, Ok(Some(Account { hash: hash.clone(), ..ann.clone() })));
    assert_eq!(one.store.change_hash(&ann, &hash).await, Ok(false), "the old hash is the hash no more");
    assert!(matches!(state(&one, 1).await, SessionState::SignedIn(_)), "sessions stay");
}

pub async fn another_passphrase_comes_after_the_end_of_the_other_sessions(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let ann = account(1, "Ann");
    with_sessions(&one.store, &ann, &[1, 2, 3]).await;
    let hash = PassphraseHash::from_phc("$argon2id$new");
    let wrong = Account { hash: hash.clone(), ..ann.clone() };
    let stays = session(2).id;
    let replaced = |account| Replaced { account, hash: &hash, stays: &stays };
    assert_eq!(two.store.replace_hash(&replaced(&wrong), MINUTES).await, Ok(false));
    assert_eq!(listed(&one, &ann).await.len(), 3, "who is refused ends nothing");
    assert_eq!(two.store.replace_hash(&replaced(&ann), MINUTES).await, Ok(true));
    assert_eq!(listed(&one, &ann).await, ["browser 2"]);
    for id in [1, 3] {
        assert_eq!(state(&one, id).await, SessionState::Revoked);
        one.ears.until_ended(&session(id).id).await;
    }
    assert_eq!(one.store.account(&key("Ann")).await, Ok(Some(wrong)));
}

pub async fn a_guests_session_that_was_given_up_is_remembered_as_ended(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    assert_eq!(state(&two, 1).await, SessionState::Unknown);
    one.store.revoke_session(&session(1).id, MINUTES).await.unwrap();
    for group in [&one, &two] {
        assert_eq!(state(group, 1).await, SessionState::Revoked);
        group.ears.until_ended(&session(1).id).await;
    }
}

pub async fn sessions_that_are_over_take_no_living_ones_place(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let ann = account(1, "Ann");
    with_sessions(&one.store, &ann, &[1]).await;
    one.store.begin_session(&ann, &NewSession { lifetime: 100, ..session(2) }).await.unwrap();
    eventually("it is over", async || state(&one, 2).await == SessionState::Unknown).await;
    assert_eq!(one.store.begin_session(&ann, &NewSession { most: 2, ..session(3) }).await, Ok(true));
    assert_eq!(listed(&one, &ann).await, ["browser 1", "browser 3"]);
}

pub async fn an_account_ends_that_nobody_uses(ground: &dyn Ground) {
    let one = Group::meet(ground, Rules { accounts: 1_000, ..LONG }).await;
    let (ann, bob) = (account(1, "Ann"), account(2, "Bob"));
    let begun = one.now().await;
    assert_eq!(one.store.add_account(&ann).await, Ok(true));
    with_sessions(&one.store, &bob, &[]).await;
    one.until(begun + 500).await;
    let signed_in = one.now().await;
    assert_eq!(one.store.begin_session(&bob, &session(1)).await, Ok(true));
    for (username, since) in [("Ann", begun), ("Bob", signed_in)] {
        eventually("it is over", async || {
            one.store.sweep(0).await.expect("the store answers");
            one.store.account(&key(username)).await == Ok(None)
        })
        .await;
        assert!(one.now().await >= since + 1_000, "{username}: not before its time");
    }
    assert_eq!(one.store.add_account(&account(3, "ann")).await, Ok(true), "the name is free");
}

pub async fn a_session_is_good_on_every_server_until_it_is_ended(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let ann = account(1, "Ann");
    assert_eq!(state(&one, 1).await, SessionState::Unknown);
    let before = one.now().await;
    with_sessions(&one.store, &ann, &[1, 2]).await;
    let SessionState::SignedIn(signed_in) = state(&two, 1).await else { panic!("it is signed in") };
    assert_eq!((&signed_in.account, signed_in.username.as_str()), (&ann.id, "Ann"));
    assert!((before..=one.now().await).contains(&signed_in.created) && signed_in.used == signed_in.created);
    one.store.revoke_session(&session(1).id, MINUTES).await.unwrap();
    for group in [&one, &two] {
        assert_eq!(state(group, 1).await, SessionState::Revoked);
        assert!(matches!(state(group, 2).await, SessionState::SignedIn(_)), "the other one stays");
        group.ears.until_ended(&session(1).id).await;
        assert!(!group.ears.has_ended(&session(2).id));
    }
    assert_eq!(two.store.begin_session(&ann, &session(1)).await, Ok(false), "it never begins again");
    assert_eq!(state(&two, 1).await, SessionState::Revoked);
}

pub async fn sessions_are_listed_for_their_account_alone(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let (ann, bob) = (account(1, "Ann"), account(2, "Bob"));
    with_sessions(&one.store, &ann, &[1, 2, 3]).await;
    with_sessions(&two.store, &bob, &[4]).await;
    one.store.revoke_session(&session(2).id, MINUTES).await.unwrap();
    assert_eq!(listed(&two, &ann).await, ["browser 1", "browser 3"]);
    assert_eq!(listed(&one, &bob).await, ["browser 4"]);
    assert!(listed(&one, &account(3, "Cem")).await.is_empty());
    assert!(listed(&one, &Account { id: AccountId::of([9; 16]), ..ann }).await.is_empty(), "another's, of that name");
}

pub async fn the_oldest_session_ends_for_one_too_many(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let ann = account(1, "Ann");
    assert_eq!(one.store.add_account(&ann).await, Ok(true));
    for id in 1..=4 {
        one.until(one.now().await + 2).await;
        assert_eq!(one.store.begin_session(&ann, &NewSession { most: 3, ..session(id) }).await, Ok(true));
    }
    assert_eq!(listed(&two, &ann).await, ["browser 2", "browser 3", "browser 4"]);
    assert_eq!(state(&two, 1).await, SessionState::Revoked);
    two.ears.until_ended(&session(1).id).await;
}

pub async fn who_was_verified_before_a_change_signs_in_no_more(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let ann = account(1, "Ann");
    with_sessions(&one.store, &ann, &[]).await;
    one.store.change_hash(&ann, &PassphraseHash::from_phc("$argon2id$new")).await.unwrap();
    assert_eq!(two.store.begin_session(&ann, &session(1)).await, Ok(false));
    assert!(!matches!(state(&two, 1).await, SessionState::SignedIn(_)));
    assert_eq!(two.store.begin_session(&account(2, "Bob"), &session(2)).await, Ok(false), "there is no such account");
}

pub async fn a_deleted_account_frees_the_name_and_ends_its_sessions(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let (ann, wrong) = (account(1, "Ann"), PassphraseHash::from_phc("$argon2id$wrong"));
    with_sessions(&one.store, &ann, &[1, 2]).await;
    assert_eq!(two.store.delete_account(&Account { hash: wrong, ..ann.clone() }, MINUTES).await, Ok(false));
    assert_eq!(two.store.delete_account(&ann, MINUTES).await, Ok(true));
    assert_eq!(one.store.account(&key("Ann")).await, Ok(None));
    for id in [1, 2] {
        assert_eq!(state(&one, id).await, SessionState::Revoked);
        one.ears.until_ended(&session(id).id).await;
    }
    assert_eq!(one.store.delete_account(&ann, MINUTES).await, Ok(false));
    let next = account(2, "ann");
    with_sessions(&one.store, &next, &[3]).await;
    assert_eq!(listed(&two, &next).await, ["browser 3"], "whoever takes the freed name has nothing of the old one");
}

pub async fn a_session_is_forgotten_some_time_after_its_last_use(ground: &dyn Ground) {
    let one = Group::meet(ground, LONG).await;
    let ann = account(1, "Ann");
    with_sessions(&one.store, &ann, &[2]).await;
    let begun = one.now().await;
    one.store.begin_session(&ann, &NewSession { lifetime: 300, ..session(1) }).await.unwrap();
    eventually("it is over", async || state(&one, 1).await == SessionState::Unknown).await;
    assert!(one.now().await >= begun + 300, "not before its time");
    assert_eq!(listed(&one, &ann).await, ["browser 2"]);
}

pub async fn tries_count_for_a_while_whether_or_not_there_is_an_account(ground: &dyn Ground) {
    let (one, two) = two(ground).await;
    let ann = account(1, "Ann");
    with_sessions(&one.store, &ann, &[]).await;
    for who in ["Ann", "Nobody"] {
        assert_eq!(one.store.count_try(&key(who), MINUTES).await.unwrap().count, 1, "{who}");
        let Tried { count, over_in } = two.store.count_try(&key(who), MINUTES).await.unwrap();
        assert!(count == 2 && over_in <= MINUTES && over_in > MINUTES - 60_000, "{who}: {over_in}");
    }
    one.store.begin_session(&ann, &session(1)).await.unwrap();
    assert_eq!(two.store.count_try(&key("Ann"), MINUTES).await.unwrap().count, 1, "signing in forgets them");
    let last = two.store.count_try(&key("Cem"), 100).await.unwrap();
    one.until(one.now().await + last.over_in + 1).await;
    assert_eq!(one.store.count_try(&key("Cem"), 100).await.unwrap().count, 1, "they are over");
}
