//! What becomes of an account where Redis does not do all that was asked of it.

use where_to_eat::domain::account::{Account, AccountId, PassphraseHash, SessionId, SessionState};
use where_to_eat::domain::name::AreaName;
use where_to_eat::store::accounts::{NewSession, Replaced};

use crate::contract::group::{Group, LONG, name};
use crate::redis::server::RedisServer;

const LIFETIME: u64 = 600_000;

fn session(id: u8) -> SessionId {
    SessionId::of([id; 16])
}

/// An account with sessions 1 to 3, of which Redis lets nobody end the second one.
async fn stuck(server: &RedisServer) -> (Group, Account) {
    let group = Group::meet_in(server, LONG, AreaName::parse("lunch").unwrap()).await;
    let hash = PassphraseHash::from_phc("$argon2id$x");
    let ann = Account { id: AccountId::of([1; 16]), username: name("Ann"), hash };
    assert!(group.store.add_account(&ann).await.unwrap());
    for id in 1..=3 {
        let new = NewSession { id: session(id), label: String::new(), lifetime: LIFETIME, most: 0 };
        assert!(group.store.begin_session(&ann, &new).await.unwrap());
    }
    let (one, three) =
        (format!("~sess:{}", session(1).digits().as_str()), format!("~sess:{}", session(3).digits().as_str()));
    server.ask::<()>(&["ACL", "SETUSER", "default", "resetkeys", "~account:*", &one, &three]);
    (group, ann)
}

fn let_go(server: &RedisServer) {
    server.ask::<()>(&["ACL", "SETUSER", "default", "allkeys"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_fails_half_way_leaves_the_account_for_another_try() {
    let server = RedisServer::start();
    let (group, ann) = stuck(&server).await;
    assert!(group.store.delete_account(&ann, LIFETIME).await.is_err());
    assert_eq!(group.store.account(&ann.key()).await, Ok(Some(ann.clone())), "a session is left that is signed in");
    let_go(&server);
    assert!(matches!(group.store.use_session(&session(2), LIFETIME).await, Ok(SessionState::SignedIn(_))));
    assert_eq!(group.store.delete_account(&ann, LIFETIME).await, Ok(true));
    for id in 1..=3 {
        assert_eq!(group.store.use_session(&session(id), LIFETIME).await, Ok(SessionState::Revoked), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_passphrase_that_fails_half_way_leaves_the_old_one_for_another_try() {
    let server = RedisServer::start();
    let (group, ann) = stuck(&server).await;
    let (hash, stays) = (PassphraseHash::from_phc("$argon2id$new"), session(3));
    let change = Replaced { account: &ann, hash: &hash, stays: &stays };
    assert!(group.store.replace_hash(&change, LIFETIME).await.is_err());
    assert_eq!(group.store.account(&ann.key()).await, Ok(Some(ann.clone())), "a session is left that is to end");
    let_go(&server);
    assert_eq!(group.store.replace_hash(&change, LIFETIME).await, Ok(true));
    assert_eq!(group.store.use_session(&session(2), LIFETIME).await, Ok(SessionState::Revoked));
    assert!(matches!(group.store.use_session(&stays, LIFETIME).await, Ok(SessionState::SignedIn(_))));
}
