//! What every store must do, claim by claim. Knows no store: `contract_suite!` makes one test of each claim for the
//! store that a `Ground` opens.

pub mod accounts;
pub mod codes;
pub mod collisions;
pub mod ears;
pub mod expiry;
pub mod group;
pub mod handing_over;
pub mod in_time;
pub mod names;
pub mod places;
pub mod presence;
pub mod races;
pub mod retries;
pub mod rooms;
pub mod runs;
pub mod samples;
pub mod snapshots;
pub mod storms;
pub mod sweep;
pub mod talk;
pub mod votes;
pub mod whispers;

use std::sync::Arc;

use async_trait::async_trait;
use where_to_eat::domain::change::Rules;
use where_to_eat::store::{Listener, Store};

/// Data that no other test touches (a sweep looks at all of it), and the stores upon it.
#[async_trait]
pub trait Ground: Send + Sync {
    /// A store as one more server process would open it, with the listener named already. Where only one process can
    /// have the data, the same store again, and `listener` hears what the others hear. All are opened with the same rules.
    async fn open(&self, rules: Rules, listener: Arc<dyn Listener>) -> Arc<dyn Store>;
}

/// Ground whose data outlives a store's process. Its stores keep `runs` too, each claim in a test of its own.
#[async_trait]
pub trait Lasting: Ground {
    /// The stores end, and who opens one next finds the data under another RUN, as after a failover.
    async fn change_run(&self);
}

/// Ground that can be as new again, for one claim after the other.
#[async_trait]
pub trait Reusable: Ground {
    async fn clear(&self);
}

/// One test for each claim: `contract_suite!(crate::path::to::ground)`, in a module named after the store, where
/// `async fn ground() -> impl Ground`. Where a ground takes long to make, `contract_suite!(topics)` makes a function of each topic
/// instead, for tests that put several upon one; it answers the claims that do not hold. The one list of all claims; rustc
/// complains of a claim that is not in it, and of a topic that nobody calls.
macro_rules! contract_suite {
    (topics) => {
        $crate::contract::contract_suite! { @list topics no::ground }
    };
    ($ground:path) => {
        $crate::contract::contract_suite! { @list claims $ground }
    };
    (@list $how:ident $ground:path) => {
        $crate::contract::contract_suite! { @$how $ground =>
            names {
                the_first_name_in_an_area_is_its_first_change
                a_name_that_another_owner_holds_is_taken_and_a_free_one_is_offered
                names_are_compared_without_case_and_form
                accents_make_another_name
                welcome_again_renews_and_makes_no_event
                a_new_picture_is_one_event
                another_spelling_of_the_own_name_is_the_same_user
                renaming_moves_the_vote_in_one_change
                renaming_to_a_taken_name_keeps_the_old_one
                a_full_area_takes_nobody_new
                who_has_no_name_can_do_nothing
            }
            collisions {
                names_made_to_collide_stay_apart
                areas_with_like_names_stay_apart
                a_wrong_hint_of_the_held_name_does_no_harm
                ids_made_to_collide_stay_apart
            }
            votes {
                a_vote_is_seen
                a_second_vote_replaces_the_first
                the_same_venue_again_renews_and_makes_no_event
                a_vote_taken_back_is_gone_and_the_venue_stays
                taking_back_what_is_not_there_makes_no_event
                taking_back_a_vote_does_not_renew
                leaving_takes_the_vote_along_and_frees_the_name
                who_takes_a_freed_name_starts_anew
                leaving_twice_is_leaving_once
            }
            places {
                an_id_alone_is_a_venue_that_the_area_has
                an_unknown_id_is_no_such_venue
                the_first_rendering_of_an_id_stands
                a_write_in_by_two_people_is_one_place
                a_venue_keeps_every_byte
                a_full_list_takes_only_votes_for_what_is_there
            }
            retries {
                a_retry_has_no_effect
                an_older_intent_never_beats_a_newer_one
                n_is_kept_after_leaving
                n_is_kept_after_expiry
                without_n_there_is_no_guard
                a_refused_change_does_not_use_up_its_n
                n_belongs_to_one_owner_in_one_area
                the_largest_numbers_of_a_browser_are_told_apart
                as_many_who_left_are_remembered_as_there_may_be_users
                who_comes_back_when_those_who_left_are_forgotten_keeps_the_own_count
            }
            expiry {
                who_does_nothing_leaves_when_the_time_is_over
                expire_tells_the_next_end
                ends_come_in_their_order
                an_act_makes_a_user_stay
                who_is_gone_is_nobody
                a_snapshot_shows_nobody_whose_time_is_over
                a_refused_change_still_sends_who_is_over
                the_name_of_who_is_gone_is_free
            }
            sweep {
                an_area_with_time_left_stays
                an_area_whose_time_is_over_is_cleared_once
                min_ttl_clears_what_has_less_time_left
                a_new_life_follows_cleared_without_a_gap
                the_sweep_takes_only_what_is_over
                the_sweep_sends_who_is_over_from_an_area_that_lives
                a_swept_area_forgets_everything
                only_one_server_sweeps
                the_lease_ends_with_its_period
            }
            snapshots {
                looking_at_an_area_that_is_not_there_writes_nothing
                begin_gives_an_area_its_epoch
                a_snapshot_is_what_the_events_say
                two_servers_hear_the_same_in_the_same_order
                a_text_is_the_change_as_clients_get_it
                heads_come_in_the_order_asked_for
                who_follows_again_hears_again
            }
            presence {
                a_claim_is_seen_until_it_is_empty
                a_step_of_a_claim_is_heard
                servers_live_until_they_retire
                the_store_answers_and_keeps_its_secret
            }
            codes {
                a_code_is_good_once_on_every_server
                looking_at_a_code_does_not_use_it_up
                a_code_that_is_there_keeps_its_session
                a_code_ends_when_its_time_is_over
                of_many_who_take_a_code_one_gets_it
            }
            talk {
                what_is_said_is_heard_by_everyone_and_kept
                a_message_sent_twice_is_said_once
                a_message_that_came_too_late_is_not_said_and_says_so
                an_older_n_says_nothing_and_n_is_counted_with_the_votes
                talking_renews_the_two_hours
                who_has_no_name_can_neither_read_nor_talk
                a_text_keeps_every_byte
                pages_lead_back_to_the_first_message_without_a_gap
                messages_of_one_moment_are_neither_lost_nor_doubled
                a_room_keeps_so_many_messages
                what_was_said_is_over_two_hours_after_the_last
                an_area_that_is_cleared_forgets_its_talk
                who_missed_something_can_tell
            }
            rooms {
                general_is_always_there
                a_named_room_is_one_for_everyone
                the_name_of_a_room_may_be_written_in_any_way
                a_room_that_never_was_is_no_room
                there_are_so_many_rooms_and_room_again_when_they_are_over
                an_empty_room_makes_place_for_another
                unread_is_what_others_said_since
                unread_counts_anew_after_a_name_has_ended
            }
            whispers {
                a_private_room_is_told_to_its_two_owners_alone
                to_anyone_else_it_is_no_room
                it_appears_at_the_other_side_with_the_first_message
                either_opens_the_same_room
                it_is_gone_when_a_name_ends
                it_is_gone_when_a_name_expires
                who_takes_a_freed_name_sees_nothing
                a_rename_keeps_it_and_its_names_follow
                nobody_is_there_to_whisper_to
                a_private_room_costs_its_opener_alone
                what_is_said_in_private_changes_nothing_that_others_see
            }
            samples {
                what_one_server_samples_another_reads
                only_what_came_since_is_read
                a_sample_goes_when_its_time_is_over
                a_server_that_says_nothing_any_more_is_forgotten
            }
            accounts {
                a_name_has_one_account
                a_hash_is_replaced_only_by_who_verified_it
                another_passphrase_comes_after_the_end_of_the_other_sessions
                a_guests_session_that_was_given_up_is_remembered_as_ended
                sessions_that_are_over_take_no_living_ones_place
                an_account_ends_that_nobody_uses
                a_session_is_good_on_every_server_until_it_is_ended
                sessions_are_listed_for_their_account_alone
                the_oldest_session_ends_for_one_too_many
                who_was_verified_before_a_change_signs_in_no_more
                a_deleted_account_frees_the_name_and_ends_its_sessions
                a_session_is_forgotten_some_time_after_its_last_use
                tries_count_for_a_while_whether_or_not_there_is_an_account
            }
            handing_over {
                a_name_goes_over_with_its_vote_and_without_an_event
                a_wrong_hint_or_none_does_no_harm
                who_has_a_name_keeps_it_and_the_other_is_given_back
                who_has_nothing_hands_over_nothing
                neither_owners_count_is_used_twice
                the_two_hours_go_on
                private_rooms_and_what_was_read_go_along
            }
            races {
                two_sessions_for_one_name
                a_retry_against_a_newer_change
                a_vote_against_the_sweep
                expiry_against_renewal
                a_snapshot_against_changes
            }
            storms {
                everyone_at_once_ends_in_one_view
                everyone_at_once_while_times_end_ends_in_one_view
            }
        }
    };
    (@topics $ground:path => $($topic:ident { $($claim:ident)+ })+) => {
        $(pub async fn $topic(ground: &impl $crate::contract::Reusable) -> Vec<&'static str> {
            let mut broken = Vec::new();
            $(ground.clear().await;
            let claim = std::panic::AssertUnwindSafe($crate::contract::$topic::$claim(ground));
            if futures_util::FutureExt::catch_unwind(claim).await.is_err() {
                broken.push(stringify!($claim));
            })+
            broken
        })+
    };
    (@claims $ground:path => $($topic:ident { $($claim:ident)+ })+) => {
        $(mod $topic {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                $crate::contract::$topic::$claim(&$ground().await).await;
            })+
        })+
    };
}
pub(crate) use contract_suite;
