//! Claims about turns, by hand: who waits, who is sent with whom, and what becomes of those who give up.

use futures_util::FutureExt;
use tokio::time::sleep;

use super::gate::MANY;
use super::turn::SETTLE;
use super::*;

/// Numbers wait, and are answered with texts.
type Tried = Turns<u8, &'static str>;

fn lunch() -> AreaName {
    AreaName::parse("lunch").unwrap()
}

async fn turn(turns: &Tried, area: &AreaName) -> Turn<u8, &'static str> {
    match turns.take(area, false, || None).await {
        Given::Turn(turn) => turn,
        _ => panic!("it waits with nothing"),
    }
}

/// Whether nothing is under way, and nobody waits.
fn is_free(turns: &Tried, area: &AreaName) -> bool {
    turns.begin(area, true).is_some() && turns.lock().groups.is_empty()
}

#[tokio::test]
async fn who_comes_meanwhile_goes_together_with_all_others_who_did() {
    let (turns, area) = (Tried::default(), lunch());
    let first = turn(&turns, &area).await;
    let mut others = [Box::pin(turn(&turns, &area)), Box::pin(turn(&turns, &area))];
    assert!(others.iter_mut().all(|other| other.now_or_never().is_none()));
    assert!(turns.begin(&AreaName::parse("dinner").unwrap(), true).is_some(), "areas do not wait for each other");
    drop(first);
    let [one, two] = others.map(|other| other.now_or_never().expect("the first is over"));
    assert!(turn(&turns, &area).now_or_never().is_none());
    drop((one, two));
    assert!(is_free(&turns, &area));
}

#[tokio::test]
async fn who_gives_up_holds_up_nobody() {
    let (turns, area) = (Tried::default(), lunch());
    let first = turn(&turns, &area).await;
    let mut one = Box::pin(turn(&turns, &area));
    assert!(one.as_mut().now_or_never().is_none());
    let mut two = Box::pin(turn(&turns, &area));
    assert!(two.as_mut().now_or_never().is_none());
    drop(one);
    drop(first);
    drop(two);
    assert!(is_free(&turns, &area));
}

#[tokio::test]
async fn who_comes_at_the_same_moment_goes_along() {
    let (turns, area) = (Tried::default(), lunch());
    let mut all = [Some(1), Some(2), None].map(|with| Box::pin(turns.take(&area, with.is_some(), move || with)));
    assert!(
        all.iter_mut().all(|one| one.as_mut().now_or_never().is_none()),
        "the first looks whether there are others"
    );
    let [one, two, three] = all;
    let Given::Lead(lead) = one.await else { panic!("the first leads") };
    assert_eq!((lead.own, lead.others.iter().map(|other| other.with).collect()), (1, vec![2]));
    lead.others.into_iter().for_each(|other| other.tell(Given::Answer("two")));
    drop(lead.turn);
    assert!(matches!(two.await, Given::Answer("two")));
    assert!(matches!(three.await, Given::Turn(_)), "it has nothing that could go with others");
    assert!(is_free(&turns, &area));
}

#[tokio::test]
async fn who_comes_first_with_nothing_takes_nobody_along() {
    let (turns, area) = (Tried::default(), lunch());
    let mut all = [None, Some(2)].map(|with| Box::pin(turns.take(&area, with.is_some(), move || with)));
    assert!(all.iter_mut().all(|one| one.as_mut().now_or_never().is_none()));
    let [one, two] = all;
    assert!(matches!(one.await, Given::Turn(_)));
    assert!(matches!(two.await, Given::Turn(_)));
    assert!(is_free(&turns, &area));
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_holds_up_the_others_for_a_moment_only() {
    let (turns, area) = (Tried::default(), lunch());
    let hangs = turn(&turns, &area).await;
    let late = turns.take(&area, true, || Some(1)).await;
    assert!(matches!(late, Given::Turn(_)), "it goes alone");
    drop(hangs);
    assert!(turn(&turns, &area).now_or_never().is_none(), "the late one is under way");
    drop(late);
    assert!(turns.lock().groups.is_empty());
}

/// Four who wait, the third with nothing; the first is under way no more.
macro_rules! waiting {
    ($turns:ident, $area:ident) => {{
        let first = turn(&$turns, &$area).await;
        let waits = |with: Option<u8>| {
            let mut waiting = Box::pin($turns.take(&$area, with.is_some(), move || with));
            assert!(waiting.as_mut().now_or_never().is_none());
            waiting
        };
        let four = [Some(1), Some(2), None, Some(4)].map(waits);
        drop(first);
        four
    }};
}

#[tokio::test]
async fn the_first_sends_what_the_others_wait_with_and_tells_them() {
    let (turns, area) = (Tried::default(), lunch());
    let [one, two, three, four] = waiting!(turns, area);
    let Given::Lead(lead) = one.await else { panic!("the first leads") };
    assert!(matches!(three.await, Given::Turn(_)), "it has nothing that could go with others");
    assert_eq!((lead.own, lead.others.iter().map(|other| other.with).collect()), (1, vec![2, 4]));
    let mut others = lead.others.into_iter();
    others.next().unwrap().tell(Given::Answer("two"));
    others.next().unwrap().tell(Given::Turn(lead.turn.another()));
    drop(lead.turn);
    assert!(matches!(two.await, Given::Answer("two")));
    let alone = four.await;
    assert!(matches!(alone, Given::Turn(_)));
    assert!(turn(&turns, &area).now_or_never().is_none(), "who was sent alone is under way");
    drop(alone);
    assert!(turns.lock().groups.is_empty());
}

#[tokio::test]
async fn if_the_first_gives_up_the_others_go_on_their_own() {
    let (turns, area) = (Tried::default(), lunch());
    let [one, two, three, four] = waiting!(turns, area);
    drop(one);
    for other in [two, three, four] {
        assert!(matches!(other.now_or_never(), Some(Given::Turn(_))));
    }
    assert!(turns.lock().groups.is_empty());
}

#[tokio::test]
async fn who_has_given_up_before_is_not_sent() {
    let (turns, area) = (Tried::default(), lunch());
    let first = turn(&turns, &area).await;
    let mut gone = Box::pin(turns.take(&area, true, || Some(1)));
    let mut stays = Box::pin(turns.take(&area, true, || Some(2)));
    assert!(gone.as_mut().now_or_never().is_none() && stays.as_mut().now_or_never().is_none());
    drop(gone);
    drop(first);
    assert!(matches!(stays.await, Given::Turn(_)), "one alone goes as it always does");
}

#[tokio::test(start_paused = true)]
async fn what_has_been_sent_is_not_sent_again_however_long_it_takes() {
    let (turns, area) = (Tried::default(), lunch());
    let [one, two, ..] = waiting!(turns, area);
    let Given::Lead(mut lead) = one.await else { panic!("the first leads") };
    let answered = async {
        tokio::time::sleep(2 * WAIT_LIMIT).await;
        lead.others.remove(0).tell(Given::Answer("two"));
    };
    let (told, ()) = tokio::join!(two, answered);
    assert!(matches!(told, Given::Answer("two")));
}

#[tokio::test]
async fn more_than_one_call_can_take_are_several() {
    let (turns, area) = (Tried::default(), lunch());
    let first = turn(&turns, &area).await;
    let mut all: Vec<_> = (0..MOST + 1).map(|_| Box::pin(turns.take(&area, true, || Some(1)))).collect();
    assert!(all.iter_mut().all(|one| one.as_mut().now_or_never().is_none()));
    drop(first);
    let given: Vec<_> = all.into_iter().filter_map(|one| one.now_or_never()).collect();
    let [Given::Lead(lead), Given::Turn(_)] = &given[..] else { panic!("a full group, and one alone") };
    assert_eq!(lead.others.len(), MOST - 1);
}

/// An area that nothing else is in.
fn area(number: usize) -> AreaName {
    AreaName::parse(&format!("area-{number}")).unwrap()
}

/// As many votes under way as shut the gate, each in an area of its own.
fn rush(turns: &Tried) -> Vec<Turn<u8, &'static str>> {
    (0..MANY).map(|number| turns.begin(&area(number), true).expect("the gate is not shut yet")).collect()
}

#[tokio::test(start_paused = true)]
async fn in_a_rush_what_comes_next_waits_until_all_is_answered_and_goes_together() {
    let turns = Tried::default();
    let mut under_way = rush(&turns);
    let mut next = [(0, 1), (0, 2), (MANY, 3), (MANY, 4)].map(|(number, with)| {
        let turns = turns.clone();
        async move { turns.take(&area(number), true, || Some(with)).await }.boxed()
    });
    assert!(next.iter_mut().all(|one| one.now_or_never().is_none()));
    let last = under_way.pop();
    drop(under_way);
    sleep(2 * SETTLE).await;
    assert!(next.iter_mut().all(|one| one.now_or_never().is_none()), "one of them is not answered yet");
    drop(last);
    assert!(next.iter_mut().all(|one| one.now_or_never().is_none()), "who was answered may go along");
    sleep(2 * SETTLE).await;
    let given: Vec<_> = next.iter_mut().filter_map(|one| one.now_or_never()).collect();
    let [Given::Lead(one), Given::Lead(two)] = &given[..] else { panic!("each area goes in one") };
    assert_eq!([(one.own, one.others[0].with), (two.own, two.others[0].with)], [(1, 2), (3, 4)]);
    drop((given, next));
    assert!(turns.lock().groups.is_empty());
    assert!(turns.begin(&lunch(), true).is_some(), "the rush is over");
}

#[tokio::test]
async fn a_rush_of_votes_holds_nobody_who_goes_alone() {
    let turns = Tried::default();
    let _under_way = rush(&turns);
    assert!(turns.begin(&lunch(), true).is_none());
    assert!(turns.begin(&lunch(), false).is_some(), "also where a vote waits");
    assert!(turns.begin(&area(MANY), false).is_some());
}

#[tokio::test(start_paused = true)]
async fn so_many_go_at_a_time_and_who_waited_longest_first() {
    let turns = Tried::default();
    let under_way = rush(&turns);
    let mut next: Vec<_> = (MANY..2 * MANY + 20)
        .map(|number| {
            let turns = turns.clone();
            async move { turns.take(&area(number), true, || Some(1)).await }.boxed()
        })
        .collect();
    assert!(next.iter_mut().all(|one| one.now_or_never().is_none()));
    drop(under_way);
    sleep(2 * SETTLE).await;
    let mut late = next.split_off(MANY);
    let given: Vec<_> = next.iter_mut().filter_map(|one| one.now_or_never()).collect();
    assert_eq!(given.len(), MANY);
    assert!(late.iter_mut().all(|one| one.now_or_never().is_none()), "these are a rush by themselves");
    drop(given);
    sleep(2 * SETTLE).await;
    assert_eq!(late.iter_mut().filter_map(|one| one.now_or_never()).count(), 20);
}

#[tokio::test]
async fn many_who_go_alone_are_no_rush() {
    let turns = Tried::default();
    let _under_way: Vec<_> = (0..2 * MANY).map(|number| turns.begin(&area(number), false)).collect();
    assert!(turns.begin(&lunch(), true).is_some());
}

#[tokio::test(start_paused = true)]
async fn what_hangs_in_a_rush_holds_up_the_others_once_and_not_again() {
    let turns = Tried::default();
    let hang = rush(&turns);
    let late = turns.take(&lunch(), true, || Some(1)).await;
    assert!(matches!(late, Given::Turn(_)), "it has waited long enough");
    drop(late);
    let next = turns.begin(&lunch(), true);
    assert!(next.is_some(), "those that hang are counted no more");
    drop(hang);
    assert!(turns.begin(&area(MANY), true).is_some());
    drop(next);
    assert!(turns.lock().groups.is_empty());
}
