//! Names that are an account's: nobody else takes one, in whatever area.

use std::collections::HashSet;

use crate::domain::account::AccountKey;
use crate::domain::change::{Act, Change, Refused};
use crate::domain::name::{AreaName, UserKey, Username};
use crate::domain::owner::Owner;
use crate::protocol::error::Problem;
use crate::web::Web;

/// Names that are looked at for one to offer. Nobody keeps `Ann 2` to `Ann 9` on purpose.
const OFFERS: usize = 8;

/// `nameTaken` if the change takes a name that is somebody else's account; who holds it in the area already keeps it until it ends.
/// One call of the store, for joins alone; a second one where it is an account's.
pub async fn check(web: &Web, change: &Change) -> Result<(), Problem> {
    let Act::Join { username, .. } = &change.act else { return Ok(()) };
    let key = username.key();
    match owner_of(web, &key).await? {
        None => return Ok(()),
        Some(owner) if owner == change.owner => return Ok(()),
        Some(_) => {}
    }
    let me = web.hub.me(&change.area, &change.owner).await?.me;
    if me.is_some_and(|me| me.username.key() == key) {
        return Ok(());
    }
    let free = offer(web, Some(&change.area), username).await?;
    Err(Refused::NameTaken { free }.into())
}

/// A name like this one that is nobody's account, and that nobody has in the area.
pub async fn offer(web: &Web, area: Option<&AreaName>, username: &Username) -> Result<Username, Problem> {
    let mut taken: HashSet<UserKey> = match area {
        Some(area) => web.hub.look(area, |state, _, _| state.users.keys().cloned().collect()).await?,
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
