//! Names that are an account's: nobody else takes one, in whatever area.

use std::collections::HashSet;

use futures_util::try_join;

use crate::domain::account::AccountKey;
use crate::domain::change::{Act, Change, Refused};
use crate::domain::name::{AreaName, UserKey, Username};
use crate::domain::owner::Owner;
use crate::protocol::error::Problem;
use crate::store::StoreError;
use crate::web::Web;

/// Names that are looked at for one to offer. Nobody keeps `Ann 2` to `Ann 9` on purpose.
const OFFERS: usize = 8;

/// What is known of a name before somebody takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// It is whose it was: held there already, or the account's own.
    Theirs,
    /// Nobody's account has it, as far as was seen.
    Free,
}

/// `nameTaken` if the name is somebody else's account. Who holds it in the area already keeps it until it ends. Both are asked at the
/// same time; who holds it, only where somebody may, or where that decides: nearly all who come are new.
pub async fn check(web: &Web, change: &Change, username: &Username) -> Result<Before, Problem> {
    let key = username.key();
    let may_hold = web.hub.may_be_held(&change.area, &key);
    let held = async { Ok(may_hold && holds(web, change, &key).await?) };
    let (account, held) = try_join!(owner_of(web, &key), held)?;
    if held || account.as_ref() == Some(&change.owner) {
        return Ok(Before::Theirs);
    }
    if account.is_none() {
        return Ok(Before::Free);
    }
    if !may_hold && holds(web, change, &key).await? {
        return Ok(Before::Theirs);
    }
    Err(taken(web, &change.area, username).await)
}

/// Whether who asks has the name in the area.
async fn holds(web: &Web, change: &Change, name: &UserKey) -> Result<bool, Problem> {
    let me = web.hub.me(&change.area, &change.owner).await?.me;
    Ok(me.is_some_and(|me| me.username.key() == *name))
}

/// Whether the name that was just taken became somebody else's account meanwhile: a guest has it no longer then.
pub async fn was_lost(web: &Web, change: &Change, username: &Username) -> bool {
    match owner_of(web, &username.key()).await {
        Ok(owner) => owner.is_some_and(|owner| owner != change.owner),
        Err(problem) => {
            tracing::debug!(code = problem.code.as_str(), "not known whether a name has become an account's");
            false
        }
    }
}

/// What becomes of a change that a store refused: a name that it offers is free in the area, and may be an account's.
pub async fn refused(web: &Web, change: &Change, error: StoreError) -> Problem {
    match (&change.act, &error) {
        (Act::Join { username, .. }, StoreError::Refused(Refused::NameTaken { .. })) => {
            taken(web, &change.area, username).await
        }
        _ => error.into(),
    }
}

/// `nameTaken`, with a name that is free.
pub async fn taken(web: &Web, area: &AreaName, username: &Username) -> Problem {
    match offer(web, Some(area), username).await {
        Ok(free) => Refused::NameTaken { free }.into(),
        Err(problem) => problem,
    }
}

/// A name like this one that is nobody's account, and that nobody has in the area.
pub async fn offer(web: &Web, area: Option<&AreaName>, username: &Username) -> Result<Username, Problem> {
    let mut taken: HashSet<UserKey> = match area {
        Some(area) => web.hub.look(area, |sight| sight.state.users.keys().cloned().collect()).await?,
        None => HashSet::new(),
    };
    let mut free = username.free(|key| taken.contains(key));
    for _ in 0..OFFERS {
        let key = free.key();
        if owner_of(web, &key).await?.is_none() {
            break;
        }
        taken.insert(key);
        free = username.free(|key| taken.contains(key));
    }
    Ok(free)
}

async fn owner_of(web: &Web, name: &UserKey) -> Result<Option<Owner>, Problem> {
    let account = web.store.account(&AccountKey::of(name)).await?;
    Ok(account.map(|account| account.id.owner()))
}
