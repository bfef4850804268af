//! Races found by machine: random courses of what two servers on one store do and hear, in every order that can come about, and of
//! what has to hold whatever the course was. Within the hub's view, for no one else has one. A claim that does not hold ends with the
//! shortest course that shows it, as `play` can be given it again.
//!
//! Each protection has its companion: with it taken off (`flaws`), the same machine finds what it was for.

mod flaws;
mod found;
mod ground;
mod play;
mod record;
mod redis;
mod referee;
mod server;
mod steps;
mod talk;

use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use self::flaws::{Flaw, Flawed};
use self::ground::Ground;
use self::play::play;
use self::record::OnRecord;
use self::redis::OnRedis;
use self::steps::{Step, courses};

/// Courses on the rules alone, each of which takes some 2 ms unoptimized: some seconds of them.
const ON_RECORD: u32 = 2000;
/// Courses on a real Redis, each of which takes some 50 ms: its ends of time are waited for.
const ON_REDIS: u32 = 100;
/// Courses until a companion has to have found the damage; most take less than a hundred.
const UNTIL_FOUND: u32 = 4000;
/// The same on Redis.
const UNTIL_FOUND_ON_REDIS: u32 = 60;

/// `PROPTEST_CASES` makes it longer, or shorter.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// Plays that many courses, and gives the shortest that fails, if any.
fn search(mut runner: TestRunner, ground: impl Fn() -> Box<dyn Ground>) -> Result<(), (String, Vec<Step>)> {
    let searched = runner
        .run(&courses(), |course| play(&mut *ground(), &course).map_err(proptest::test_runner::TestCaseError::fail));
    match searched {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, course)) => Err((why.to_string(), course)),
        Err(TestError::Abort(why)) => panic!("the search was given up: {why}"),
    }
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// Other courses each time.
fn assert_holds(usual: u32, ground: impl Fn() -> Box<dyn Ground>) {
    if let Err((why, course)) = search(TestRunner::new(config(cases(usual))), ground) {
        panic!("{why}\nThe shortest course that shows it: {course:#?}");
    }
}

/// The same courses each time; gives the shortest that shows the damage.
fn assert_found(flaw: Flaw, cases: u32, says: &str, ground: impl Fn() -> Box<dyn Ground>) -> Vec<Step> {
    let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let runner = TestRunner::new_with_rng(config(cases), dice);
    match search(runner, || Box::new(Flawed::new(ground(), flaw))) {
        Ok(()) => panic!("{flaw:?}: the damage was not found in {cases} courses"),
        Err((why, course)) => {
            assert!(why.contains(says), "{flaw:?} was found as another damage: {why}\n{course:#?}");
            course
        }
    }
}

fn on_record() -> Box<dyn Ground> {
    Box::new(OnRecord::default())
}

#[test]
fn whatever_two_servers_do_and_hear_on_the_rules_all_promises_hold() {
    assert_holds(ON_RECORD, on_record);
}

#[test]
fn whatever_two_servers_do_and_hear_on_redis_all_promises_hold() {
    let redis = OnRedis::start();
    assert_holds(ON_REDIS, || Box::new(redis.cleared()));
}

macro_rules! companions {
    ($($claim:ident: $flaw:ident is $says:literal,)+) => {$(
        #[test]
        fn $claim() {
            let course = assert_found(Flaw::$flaw, UNTIL_FOUND, $says, || Box::new(OnRecord::flawed(Flaw::$flaw)));
            assert!(course.len() <= 12, "it is made short: {course:#?}");
        }
    )+};
}

companions! {
    a_view_that_applies_whatever_it_hears_is_found: AppliesWhateverItHears is "gap",
    a_snapshot_before_following_is_found: LooksBeforeItFollows is "view",
    a_server_that_does_not_say_what_it_missed_is_found: MissesInSilence is "view",
    a_store_that_forgets_n_is_found: ForgetsN is "older",
    a_leave_that_does_not_check_the_holder_is_found: LeavesForOthers is "somebody else",
    an_expiry_that_does_not_look_again_is_found: ExpiresWhoRenewed is "before the end",
    a_sweep_in_two_steps_is_found: SweepsInTwoSteps is "cleared",
    an_area_cleared_twice_is_found: ClearsTwice is "cleared",
    a_number_used_twice_is_found: UsesANumberTwice is "gap",
    a_message_that_counts_again_when_it_is_sent_again_is_found: SaysAgain is "said twice",
    a_private_room_that_is_told_to_everyone_is_found: TellsEveryone is "private",
    a_private_room_that_anybody_reads_is_found: LetsAnybodyRead is "stranger",
    talk_that_is_missed_in_silence_is_found: MissesTalkInSilence is "never told",
}

#[test]
fn on_redis_a_store_that_forgets_n_is_found() {
    let redis = OnRedis::start();
    assert_found(Flaw::ForgetsN, UNTIL_FOUND_ON_REDIS, "older", || Box::new(redis.cleared()));
}

#[test]
fn on_redis_a_key_that_never_ends_is_found() {
    let redis = OnRedis::start();
    assert_found(Flaw::KeepsForEver, UNTIL_FOUND_ON_REDIS, "never ends", || Box::new(redis.cleared()));
}
