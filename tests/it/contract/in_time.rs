//! Acts that have to come within one lifetime: short enough to be waited for, and longer where the machine is too busy for that.

use where_to_eat::domain::Millis;
use where_to_eat::store::Result;

use super::Ground;
use super::group::{Group, lasting};

/// In ms. The first is enough on most machines; the last, longer than any test waits for anything.
const LIFETIMES: [Millis; 3] = [2_000, 10_000, 60_000];

/// A new group, and what it did, all of it within one lifetime after it began. Where it took longer nothing can be said of it, and
/// another group does it anew. `acts` begins with somebody who comes, and ends with the first that the store does not do.
pub async fn in_one_lifetime<T>(ground: &dyn Ground, acts: impl AsyncFn(&Group) -> Result<T>) -> (Group, T) {
    for lifetime in LIFETIMES {
        let group = Group::meet(ground, lasting(lifetime)).await;
        let began = group.now().await;
        let done = acts(&group).await;
        if group.now().await < began + lifetime {
            return (group, done.expect("nobody's time was over"));
        }
    }
    panic!("{LIFETIMES:?} ms were each too short for it");
}
