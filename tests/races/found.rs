//! Courses that once showed damage, as short as they were found. From then on each is played without any.

use super::play::play;
use super::record::OnRecord;
use super::steps::{Count, Deed, Step};

/// A follower who was shown the area just as it had been cleared took the first change of its next life for a gap.
#[test]
fn who_is_shown_a_cleared_area_goes_on_with_its_next_life() {
    let act = |deed| Step::Act { server: 0, owner: 0, count: Count::Next, hint: None, deed };
    let course = [
        Step::BeginLoad { server: 0 },
        Step::Look { server: 0 },
        act(Deed::Join { name: 0, shouting: false }),
        Step::Rest { quarters: 4 },
        Step::Hear { server: 0 },
        Step::Sweep { server: 0 },
        Step::Hear { server: 0 },
        Step::Hear { server: 0 },
        Step::Load { server: 0 },
        act(Deed::Join { name: 0, shouting: false }),
    ];
    assert_eq!(play(&mut OnRecord::default(), &course), Ok(()));
}
