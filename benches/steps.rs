//! What each step of a vote costs in time and allocations, without sockets and stores: `cargo bench --bench steps`. Knows the rooms that
//! a vote goes through, in their order.

#![expect(clippy::print_stdout, reason = "the allocations stand beside what criterion prints")]

use std::hint::black_box;
use std::time::Duration;

use bytes::BytesMut;
use bytestring::ByteString;
use criterion::{Criterion, criterion_group, criterion_main};
use where_to_eat::domain::change::{Act, Change, Rules};
use where_to_eat::domain::event::{Heard, Numbered};
use where_to_eat::domain::image::Image;
use where_to_eat::domain::name::{AreaName, Username};
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::record::{Moment, Record, Step};
use where_to_eat::domain::venue::Pick;
use where_to_eat::protocol::FRAME_MAX_BYTES;
use where_to_eat::protocol::client::{ClientEvent, Request};
use where_to_eat::protocol::server::{self, Changed, Online, Updates};

#[expect(dead_code, reason = "what the server does with broken frames is no step of a vote")]
#[path = "../src/web/ws/incoming.rs"]
mod incoming;
#[expect(dead_code, reason = "only the framing is measured here, not what waits for a slow client")]
#[path = "../src/web/ws/outgoing.rs"]
mod outgoing;

#[expect(dead_code, reason = "of the load benchmark's frames, only a client's is needed")]
#[path = "load/frames.rs"]
mod frames;

const LIFETIME_MS: u64 = 7_200_000;
const RULES: Rules = Rules { lifetime: LIFETIME_MS, sweep_period: 600_000, ..Rules::UNBOUNDED };
const NOW: Moment<'_> = Moment { run: "3f9a1c07", micros: 1_795_340_000_000_000 };
/// A big team's area.
const PEOPLE: usize = 50;

fn vote_text(place: usize) -> String {
    format!(
        r#"{{"event":"addVote","id":2,"n":7,"data":{{"fs":{{"id":"4b5ea7f00d{place:014}","name":"Thai Palace","location":{{"lat":51.513414,"lng":-0.131812,"address":"27 Frith Street, London"}},"categories":[{{"name":"Thai Restaurant"}}]}}}}}}"#
    )
}

fn pick(place: usize) -> Pick {
    match Request::decode(&vote_text(place)).expect("it keeps to the protocol").event {
        ClientEvent::AddVote(pick) => pick,
        other => unreachable!("{other:?} is no vote"),
    }
}

fn change(person: usize, act: Act) -> Change {
    let area = AreaName::parse("lunch").expect("a name");
    Change { area, owner: Owner::of(&person.to_string()), held: None, n: None, act }
}

/// An area in which everybody has voted for a place of their own, and the last vote's event.
fn area() -> (Record, Numbered) {
    let mut record = Record::default();
    let mut step = Step::default();
    for person in 0..PEOPLE {
        let username = Username::parse(&format!("user-{person:05}")).expect("a name");
        let join = Act::Join { username, img: Image::parse("emoji:\u{1f35c}").expect("a picture") };
        for act in [join, Act::Vote(pick(person))] {
            record.change(&change(person, act), NOW, &RULES, &mut step).expect("there is no limit");
        }
    }
    let last = step.events.pop().expect("votes make events");
    (record, last)
}

/// Measures one step, and prints what it allocates.
fn step<T>(criterion: &mut Criterion, name: &str, mut run: impl FnMut() -> T) {
    // The first run may make what is kept.
    drop(black_box(run()));
    let allocated = allocation_counter::measure(|| drop(black_box(run())));
    criterion.bench_function(name, |bencher| bencher.iter(&mut run));
    println!("{name:<40} allocations: {} of {} bytes in all\n", allocated.count_total, allocated.bytes_total);
}

fn from_the_client(criterion: &mut Criterion) {
    let text = vote_text(1);
    let bytes = frames::masked(frames::TEXT, text.as_bytes());
    let mut incoming = incoming::Incoming::new(FRAME_MAX_BYTES, BytesMut::new());
    step(criterion, "unmask a client's frame", || {
        incoming.push(black_box(&bytes));
        incoming.next().ok().flatten().expect("it is whole")
    });
    step(criterion, "decode addVote", || Request::decode(black_box(&text)));
    let known = r#"{"event":"addVote","id":2,"n":7,"data":{"fs":{"id":"4b5ea7f00d00000000000001"}}}"#;
    step(criterion, "decode addVote of a known place", || Request::decode(black_box(known)));
}

fn in_the_store(criterion: &mut Criterion) {
    let (mut record, _) = area();
    let places = [1, 2].map(|place| change(0, Act::Vote(pick(place))));
    let mut turn = 0;
    step(criterion, "apply a vote (domain::record)", || {
        turn += 1;
        let mut done = Step::default();
        let answer = record.change(black_box(&places[turn % 2]), NOW, &RULES, &mut done);
        (answer, done)
    });
    let done = record.done(&Owner::of("0"), NOW);
    step(criterion, "encode the ack", || server::ack(2, &Changed::from(black_box(&done))));
}

fn to_everyone(criterion: &mut Criterion) {
    let (record, event) = area();
    step(criterion, "encode the event", || black_box(&event).encode());
    let text = event.encode();
    step(criterion, "read the event (Heard::decode)", || Heard::decode(black_box(&text)));
    let mut state = record.state.clone();
    state.seq = event.seq - 1;
    step(criterion, "apply the event to a live area", || {
        // Again and again the same change, as if it were the next.
        state.seq = event.seq - 1;
        state.apply(black_box(&event), LIFETIME_MS)
    });
    for count in [1, 5, 50] {
        let texts = vec![text.as_str(); count];
        step(criterion, &format!("join {count} events into a frame"), || {
            server::joined(black_box(&texts).iter().copied())
        });
    }
    let shared = ByteString::from(text);
    step(criterion, "frame a text that all share", || {
        let piece = outgoing::Piece::text(black_box(&shared).clone());
        piece.slices().iter().map(|slice| slice.len()).sum::<usize>()
    });
    let (name, online) = (AreaName::parse("lunch").expect("a name"), Online::new());
    step(criterion, "encode the area, 50 people and votes", || {
        server::event("updates", &Updates::new(&name, black_box(&record.state), &online, 50))
    });
}

criterion_group! {
    name = a_vote;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = from_the_client, in_the_store, to_everyone
}
criterion_main!(a_vote);
