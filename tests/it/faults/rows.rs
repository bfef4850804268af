//! Every fault that the product is shown to live with: what was promised, and which tests show it. The table in `docs/running.md` is
//! this list with what was measured.

pub struct Row {
    /// Names the file of what it measured.
    pub name: &'static str,
    pub fault: &'static str,
    /// The number among the promises of the design.
    pub promise: u8,
    pub promised: &'static str,
    /// Within this folder, as `FILE::TEST`.
    pub test: &'static str,
    /// The same course without the protection, in the same file: there the damage is found.
    pub companion: &'static str,
}

pub const ROWS: &[Row] = &[
    Row {
        name: "server-killed",
        fault: "kill -9 of a server in mid-vote, two of them behind HAProxy on one Redis",
        promise: 1,
        promised: "every acked vote is kept, and the people of the dead server go on at the other",
        test: "servers::a_server_killed_in_mid_vote_takes_no_acked_vote_along",
        companion: "votes_acked_before_they_are_stored_die_with_the_server",
    },
    Row {
        name: "embedded-killed",
        fault: "kill -9 of a server with the embedded store, in mid-vote",
        promise: 1,
        promised: "its file has every acked vote, and needs no new epoch",
        test: "servers::the_embedded_store_has_every_acked_vote_after_kill_9",
        companion: "votes_acked_before_they_are_in_the_file_are_lost",
    },
    Row {
        name: "rolling-restart",
        fault: "SIGTERM to three servers behind HAProxy, one after the other, under load",
        promise: 8,
        promised: "everyone gets a goodbye and close 1012, comes back elsewhere, and loses nothing",
        test: "servers::a_rolling_restart_sends_everyone_on_and_loses_nothing",
        companion: "servers_that_go_without_a_word_cut_everyone_off",
    },
    Row {
        name: "redis-restarted",
        fault: "Redis killed, and started again with its data",
        promise: 13,
        promised: "votes are refused meanwhile, sent again by the page, and all views are current after its return",
        test: "redis_away::redis_back_with_its_data_has_all_that_was_acked",
        companion: "who_does_not_follow_again_after_a_break_sees_what_was",
    },
    Row {
        name: "redis-emptied",
        fault: "Redis killed, and started again without its data",
        promise: 1,
        promised: "each page takes its name and casts its acked vote again by itself, once",
        test: "redis_away::votes_that_redis_lost_are_cast_again_once",
        companion: "without_casting_again_votes_that_redis_lost_are_lost",
    },
    Row {
        name: "redis-stopped",
        fault: "Redis stopped (SIGSTOP) for 10 s",
        promise: 13,
        promised: "everyone is told that nothing is current, votes are refused and sent again, and all is current after it goes on",
        test: "redis_away::while_redis_is_stopped_people_are_told_and_no_vote_is_lost",
        companion: "who_waits_for_redis_without_a_limit_tells_nobody",
    },
    Row {
        name: "channel-killed",
        fault: "pub/sub connections killed again and again, while commands work",
        promise: 5,
        promised: "whoever follows an area misses no change, or takes the whole state",
        test: "channel::a_channel_that_is_cut_off_loses_no_change",
        companion: "who_hears_nothing_after_a_cut_sees_what_was",
    },
    Row {
        name: "channel-silent",
        fault: "pub/sub connections gone silent, while commands work",
        promise: 5,
        promised: "the silence is found out, and the views agree again within 10 s",
        test: "channel::a_channel_that_goes_silent_is_found_out",
        companion: "who_trusts_a_silent_channel_sees_what_was",
    },
    Row {
        name: "redis-half-open",
        fault: "all connections to Redis silent, then cut, then reset, then slow",
        promise: 13,
        promised: "dead connections are replaced, and no vote is lost or counted twice",
        test: "channel::dead_connections_to_redis_are_replaced_and_no_vote_is_lost",
        companion: "without_a_limit_for_answers_dead_connections_stay",
    },
    Row {
        name: "client-half-open",
        fault: "everybody's connection silent in mid-vote; what it carried arrives when newer votes are acked",
        promise: 2,
        promised: "the page comes back by another connection, and an older intent beats no newer one",
        test: "lines::a_vote_held_up_on_its_way_does_not_beat_a_newer_one",
        companion: "without_n_a_vote_held_up_beats_a_newer_one",
    },
    Row {
        name: "primary-killed",
        fault: "a cluster's primary killed, its replica behind, with redis.wait_replicas = 1",
        promise: 1,
        promised: "what was acked is on the replica; what was not is refused, and sent again",
        test: "cluster::a_primary_that_is_killed_takes_no_acked_vote_along",
        companion: "without_waiting_for_a_replica_acked_votes_die_with_the_primary",
    },
    Row {
        name: "primary-stopped",
        fault: "a cluster's primary stopped for 6 s, and replaced by its replica meanwhile",
        promise: 1,
        promised: "no acked vote is lost, whichever of the two took it",
        test: "cluster::a_primary_stopped_for_six_seconds_loses_no_vote",
        companion: "votes_acked_before_they_are_stored_are_lost_with_a_stopped_primary",
    },
    Row {
        name: "slot-moved",
        fault: "a cluster's slot moved from node to node while people vote",
        promise: 3,
        promised: "votes and events follow it, without a gap",
        test: "cluster::a_slot_that_moves_while_people_vote_loses_nothing",
        companion: "who_does_not_follow_a_slot_to_its_new_node_sees_what_was",
    },
];
