//! Courses that once showed damage, as short as they were found; each has to be played without any from then on.

use super::play::play;
use super::record::OnRecord;
use super::steps::{Count, Deed, Step};

#[test]
fn who_comes_back_after_the_area_was_cleared_is_seen_by_who_looked_before() {
    let act = |deed| Step::Act { server: 0, owner: 0, count: Count::Next, hint: None, deed };
    let course = [
        Step::BeginLoad { server: 1 },
        Step::Look { server: 1 },
        act(Deed::Join { name: 0, shouting: false }),
        Step::Rest { quarters: 4 },
        Step::Sweep { server: 0 },
        act(Deed::Join { name: 0, shouting: false }),
        Step::Load { server: 1 },
    ];
    assert_eq!(play(&mut OnRecord::default(), &course), Ok(()));
}
