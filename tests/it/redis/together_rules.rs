//! Votes of one moment against the rules of `domain::record`: whatever is asked at once, there is an order in which the rules decide the
//! same, to the millisecond, and tell it in the same bytes.

use futures_util::future::join_all;
use where_to_eat::domain::change::{Act, Change, Done, Refused};
use where_to_eat::domain::owner::Owner;
use where_to_eat::domain::record::Record;
use where_to_eat::domain::venue::Pick;
use where_to_eat::store::StoreError;

use super::rules::{Dice, NAMES, PLACES, RULES, decided};
use super::together::calls;
use crate::contract::group::{Group, join, name, place};
use crate::redis::server::RedisServer;

const ROUNDS: u64 = 120;
const AT_ONCE: u64 = 9;
/// Places in `NAMES` of as many as there may be: two that are written with escapes, one of them in keys alone.
const VOTERS: [usize; 5] = [0, 2, 3, 5, 8];

type Asked = (Change, Result<Done, Refused>);

fn wish(group: &Group, dice: &mut Dice, newest: u64) -> Change {
    let who = NAMES[VOTERS[dice.throw(VOTERS.len() as u64) as usize]];
    let pick = match dice.throw(4) {
        0 => Pick::Known(place(dice.one_of(&PLACES), "any").id),
        // The name of a place differs, but the first rendering stands.
        _ => Pick::Place(place(dice.one_of(&PLACES), dice.one_of(&NAMES))),
    };
    // Mostly newer, at times the same or older.
    let n = (dice.throw(3) > 0).then(|| newest.saturating_sub(dice.throw(4)));
    let held = (dice.throw(8) > 0).then(|| name(who));
    Change { area: group.area.clone(), owner: Owner::of(who), held, n, act: Act::Vote(pick) }
}

/// Event texts heard so far, the first change first.
fn events(group: &Group) -> Vec<String> {
    let texts = group.sounds().into_iter().map(|sound| sound.text);
    texts.filter(|text| text.starts_with("{\"event\"")).collect()
}

/// Finds an order in which the rules give just these answers and tell just what was heard, and takes them into the record.
async fn settle(group: &Group, record: &mut Record, mut asked: Vec<Asked>) {
    let last = asked.iter().filter_map(|(_, answer)| Some(answer.as_ref().ok()?.seq)).max().unwrap_or_default();
    group.ears.until_seq(&group.area, &record.state.epoch, last).await;
    let heard = events(group);
    asked.sort_by_key(|(_, answer)| answer.as_ref().map_or((u64::MAX, 0), |done| (done.seq, done.at)));
    loop {
        let fits = |(change, answer): &Asked| {
            let (mut tried, mut texts) = (record.clone(), Vec::new());
            let same = decided(&mut tried, change, answer.as_ref().ok(), &mut texts) == *answer;
            texts.retain(|text| text.starts_with("{\"event\""));
            let told = heard.get(record.state.seq as usize..tried.state.seq as usize);
            same && told == Some(&texts[..])
        };
        // What is refused changes nothing, and may have been refused at any time.
        asked.retain(|asked| asked.1.is_ok() || !fits(asked));
        if asked.is_empty() {
            return;
        }
        let place = asked.iter().position(fits);
        let place = place.unwrap_or_else(|| panic!("the rules never answer any of {asked:#?} in {record:#?}"));
        let (change, answer) = asked.remove(place);
        decided(record, &change, answer.as_ref().ok(), &mut Vec::new()).expect("it was not refused");
    }
}

#[tokio::test]
async fn there_is_an_order_in_which_the_rules_decide_the_same() {
    let server = RedisServer::start();
    let group = Group::meet(&server, RULES).await;
    let mut record = Record::default();
    record.state.epoch = group.start.epoch.clone();
    for who in VOTERS.map(|place| NAMES[place]) {
        let change = Change { area: group.area.clone(), owner: Owner::of(who), held: None, n: None, act: join(who) };
        let done = group.store.change(&change).await.expect("there is room");
        settle(&group, &mut record, vec![(change, Ok(done))]).await;
    }
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for round in 1..=ROUNDS {
        let wishes: Vec<Change> = (0..AT_ONCE).map(|place| wish(&group, &mut dice, round * AT_ONCE + place)).collect();
        let answers = join_all(wishes.iter().map(|wish| group.store.change(wish))).await;
        let answers = answers.into_iter().map(|answer| match answer {
            Err(StoreError::Refused(why)) => Err(why),
            answer => Ok(answer.expect("Redis is there")),
        });
        settle(&group, &mut record, wishes.into_iter().zip(answers).collect()).await;
    }
    // Only votes that go together count more than one up.
    let together = calls(&server, |command| command == "incrby");
    assert!(together > ROUNDS / 8, "in {together} rounds some went together");
    let state = group.assert_view_is_the_store().await;
    assert_eq!(state, record.state);
    assert!(state.seq > ROUNDS, "much was voted for");
}
