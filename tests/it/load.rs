//! What the load benchmark checks deliveries with: a wrong one is found, whatever else is right. Without a server.

#[path = "../../benches/load/frames.rs"]
mod frames;
#[path = "../../benches/load/ledger.rs"]
mod ledger;
#[path = "../../benches/load/votes.rs"]
mod votes;

use ledger::{Ledger, Wrong};
use votes::Seeker;

/// Two areas: three people in the first, seventy (more than a word has bits) in the second.
fn two_areas() -> Ledger {
    let areas: Vec<u32> = [vec![0; 3], vec![1; 70]].concat();
    Ledger::new(&areas)
}

/// A vote in the first area, and who is to get it.
fn cast(ledger: &mut Ledger) -> u32 {
    ledger.cast(0, 1_000_000)
}

fn read(seeker: &Seeker, frame: &str) -> Vec<u32> {
    let mut found = Vec::new();
    seeker.events(frame.as_bytes(), |number| found.push(number));
    found
}

#[test]
fn a_vote_that_everyone_got_once_is_right() {
    let mut ledger = two_areas();
    let vote = cast(&mut ledger);
    (0..3).for_each(|person| ledger.got(person, vote, 2_000_000));
    assert_eq!((ledger.wrong(), ledger.under_way(), ledger.delivered()), (Wrong::default(), 0, 3));
}

#[test]
fn a_lost_delivery_is_found() {
    let mut ledger = two_areas();
    let (first, second) = (cast(&mut ledger), ledger.cast(72, 0));
    ledger.got(0, first, 0);
    ledger.got(2, first, 0);
    (3..72).for_each(|person| ledger.got(person, second, 0));
    assert_eq!((ledger.wrong(), ledger.under_way()), (Wrong { lost: 2, ..Wrong::default() }, 2));
    assert!(!ledger.wrong().is_nothing());
}

#[test]
fn a_doubled_delivery_is_found_and_does_not_stand_for_a_lost_one() {
    let mut ledger = two_areas();
    let vote = cast(&mut ledger);
    [0, 1, 1].into_iter().for_each(|person| ledger.got(person, vote, 0));
    assert_eq!(ledger.wrong(), Wrong { lost: 1, doubled: 1, ..Wrong::default() });
}

#[test]
fn a_misrouted_delivery_is_found() {
    let mut ledger = two_areas();
    let vote = cast(&mut ledger);
    (0..4).for_each(|person| ledger.got(person, vote, 0));
    assert_eq!(ledger.wrong(), Wrong { misrouted: 1, ..Wrong::default() });
}

#[test]
fn a_vote_that_nobody_cast_is_found() {
    let mut ledger = two_areas();
    ledger.got(0, 0, 0);
    assert_eq!(ledger.wrong(), Wrong { invented: 1, ..Wrong::default() });
}

#[test]
fn a_vote_that_came_with_the_whole_area_is_not_lost_and_its_event_after_that_is_one_too_many() {
    let mut ledger = two_areas();
    let vote = cast(&mut ledger);
    ledger.got(0, vote, 0);
    (0..3).for_each(|person| ledger.told(person, vote));
    assert_eq!((ledger.wrong(), ledger.by_state()), (Wrong::default(), 2));
    ledger.got(1, vote, 0);
    assert_eq!(ledger.wrong(), Wrong { doubled: 1, ..Wrong::default() });
}

#[test]
fn what_was_lost_before_the_measuring_began_is_found_too() {
    let mut ledger = two_areas();
    cast(&mut ledger);
    ledger.measure_from_here();
    assert_eq!(ledger.wrong().lost, 3);
}

#[test]
fn latency_counts_from_when_a_vote_was_due() {
    let mut ledger = two_areas();
    let early = cast(&mut ledger);
    (0..3).for_each(|person| ledger.got(person, early, 500_000_000));
    ledger.measure_from_here();
    let vote = cast(&mut ledger);
    [(0, 2_000_000), (1, 3_000_000), (2, 10_000_000)]
        .into_iter()
        .for_each(|(person, now)| ledger.got(person, vote, now));
    assert_eq!((ledger.within_ms(0.5), ledger.within_ms(0.99), ledger.within_ms(1.0)), (2.0, 2.0, 9.0));
    assert_eq!(ledger.votes(), 2);
}

#[test]
fn every_vote_of_a_frame_is_read_as_often_as_it_is_there() {
    let seeker = Seeker::new();
    let event = |number| votes::event(7, number);
    assert_eq!(read(&seeker, &event(41)), [41]);
    assert_eq!(read(&seeker, &format!("[{},{},{}]", event(5), event(6), event(5))), [5, 6, 5]);
    assert_eq!(read(&seeker, r#"{"event":"ack","id":2,"data":{"seq":5}}"#), [] as [u32; 0]);
}

#[test]
fn the_state_of_an_area_is_no_delivery() {
    let (seeker, state) = (Seeker::new(), votes::updates(3));
    assert_eq!(read(&seeker, &state), [] as [u32; 0]);
    let mut listed = Vec::new();
    assert!(seeker.listed(format!("[{},{state}]", votes::event(1, 9)).as_bytes(), |number| listed.push(number)));
    assert_eq!(listed, [0, 1, 2]);
    let mut places = Vec::new();
    seeker.places(state.as_bytes(), |number| places.push(number));
    assert_eq!(places, [0, 1, 2]);
    assert!(!seeker.listed(votes::event(1, 9).as_bytes(), |_| panic!("an event is no list")));
}

#[test]
fn the_products_own_events_are_read_like_the_benchmarks() {
    use where_to_eat::domain::event::{Epoch, Event, Numbered};
    use where_to_eat::domain::{image::Image, name::Username, venue::Pick};
    use where_to_eat::protocol::client::{ClientEvent, Request};

    let request = Request::decode(&votes::cast(77)).expect("the benchmark's clients keep to the protocol");
    let ClientEvent::AddVote(Pick::Place(fs)) = request.event else { panic!("{request:?} casts no vote") };
    let username = Username::parse(&votes::name(7)).unwrap();
    let event = Event::Vote { username, img: Image::parse("").unwrap(), fs };
    let numbered =
        Numbered { epoch: Epoch::from_text("3f9a1c07.1795340000000000"), seq: 77, at: 1_795_340_001_123, event };
    assert_eq!(numbered.encode(), votes::event(7, 77), "the floor's frames are as long as ours");
    assert_eq!(read(&Seeker::new(), &numbered.encode()), [77]);
}

#[test]
fn frames_come_out_as_they_went_in() {
    for length in [0, 125, 126, 65_535, 65_536] {
        let payload = vec![b'x'; length];
        for bytes in [frames::masked(frames::PING, &payload), frames::plain(frames::PONG, &payload)] {
            let frame = frames::Frame::first(&bytes).unwrap();
            assert!([frames::PING, frames::PONG].contains(&frame.opcode));
            assert_eq!((frame.end(), frame.payload(&bytes)), (bytes.len(), payload.clone()));
            assert!(frames::Frame::first(&bytes[..bytes.len() - 1]).is_none(), "{length} bytes, one of them missing");
        }
    }
    assert_ne!(frames::TEXT, frames::CLOSE);
    assert_eq!((frames::KEY.len(), frames::ACCEPTED.len()), (24, 28));
}
