//! Claims about a store whose RUN has changed: some of what was acknowledged may be lost, so no number may be used twice.

use where_to_eat::domain::state::Applied;

use super::Lasting;
use super::group::{Group, LONG, join, vote};

pub async fn another_run_is_another_life_with_the_same_people(ground: &dyn Lasting) {
    let before = Group::meet(ground, LONG).await;
    before.act_n("Ann", 1, join("Ann")).await.unwrap();
    before.act_n("Ann", 2, vote("thai")).await.unwrap();
    let known = before.assert_view_is_the_store().await;
    ground.change_run().await;

    let after = before.elsewhere(ground).await;
    assert_ne!(after.start.epoch, known.epoch);
    assert_eq!((&after.start.users, &after.start.venues), (&known.users, &known.venues));
    let replayed = after.act_n("Ann", 2, vote("sushi")).await.unwrap();
    assert_eq!(replayed.seq, after.start.seq, "n is kept");
    let done = after.act_n("Ann", 3, vote("sushi")).await.unwrap();
    assert_eq!((&done.epoch, done.seq), (&after.start.epoch, after.start.seq + 1));
    after.assert_view_is_the_store().await;
    let mut stale = known;
    let first = after.ears.changes(&after.area).remove(0);
    assert_eq!(stale.apply(&first, LONG.lifetime), Applied::Gap, "who knew the old life takes the whole state");
    let head = after.head().await;
    assert_eq!((head.epoch, head.seq), (done.epoch, done.seq));
}
