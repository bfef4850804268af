//! Claims about turns, by hand: who waits, who is sent with whom, and what becomes of those who give up.

use futures_util::FutureExt;

use super::*;

/// Numbers wait, and are answered with texts.
type Tried = Turns<u8, &'static str>;

fn lunch() -> AreaName {
    AreaName::parse("lunch").unwrap()
}

async fn turn(turns: &Tried, area: &AreaName) -> Turn<u8, &'static str> {
    match turns.take(area, || None).await {
        Given::Turn(turn) => turn,
        _ => panic!("it waits with nothing"),
    }
}

#[tokio::test]
async fn who_comes_meanwhile_goes_together_with_all_others_who_did() {
    let (turns, area) = (Tried::default(), lunch());
    let first = turn(&turns, &area).await;
    let mut others = [Box::pin(turn(&turns, &area)), Box::pin(turn(&turns, &area))];
    assert!(others.iter_mut().all(|other| other.now_or_never().is_none()));
    let dinner = AreaName::parse("dinner").unwrap();
    assert!(turn(&turns, &dinner).now_or_never().is_some(), "areas do not wait for each other");
    drop(first);
    let [one, two] = others.map(|other| other.now_or_never().expect("the first is over"));
    assert!(turn(&turns, &area).now_or_never().is_none());
    drop((one, two));
    assert!(turn(&turns, &area).now_or_never().is_some());
    assert!(turns.lock().groups.is_empty());
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
    assert!(turn(&turns, &area).now_or_never().is_some());
    assert!(turns.lock().groups.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_holds_up_the_others_for_a_moment_only() {
    let (turns, area) = (Tried::default(), lunch());
    let hangs = turn(&turns, &area).await;
    let late = turns.take(&area, || Some(1)).await;
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
        let waits = |with| {
            let mut waiting = Box::pin($turns.take(&$area, move || with));
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
    let mut gone = Box::pin(turns.take(&area, || Some(1)));
    let mut stays = Box::pin(turns.take(&area, || Some(2)));
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
    let mut all: Vec<_> = (0..MOST + 1).map(|_| Box::pin(turns.take(&area, || Some(1)))).collect();
    assert!(all.iter_mut().all(|one| one.as_mut().now_or_never().is_none()));
    drop(first);
    let given: Vec<_> = all.into_iter().filter_map(|one| one.now_or_never()).collect();
    let [Given::Lead(lead), Given::Turn(_)] = &given[..] else { panic!("a full group, and one alone") };
    assert_eq!(lead.others.len(), MOST - 1);
}
