//! What clients get, beside the changes (which stores publish as texts already).

use std::collections::BTreeMap;

use serde::Serialize;

use super::error::Problem;
use crate::domain::Millis;
use crate::domain::activity::Act;
use crate::domain::change::{Done, Me};
use crate::domain::event::Epoch;
use crate::domain::image::Image;
use crate::domain::name::{AreaName, UserKey, Username};
use crate::domain::state::AreaState;
use crate::domain::venue::{Venue, VenueId};

/// Names that have a connection, by how they are compared.
pub type Online = BTreeMap<UserKey, Username>;

/// `{"event":"ack","id":…,"data":…}`
pub fn ack(id: i64, data: &impl Serialize) -> String {
    answer("ack", Some(id), data)
}

pub fn server_error(id: Option<i64>, problem: &Problem) -> String {
    answer("serverError", id, problem)
}

/// `{"event":…,"data":…}`
pub fn event(name: &'static str, data: &impl Serialize) -> String {
    answer(name, None, data)
}

fn answer(event: &'static str, id: Option<i64>, data: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Frame<'a, T> {
        event: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<i64>,
        data: &'a T,
    }
    serde_json::to_string(&Frame { event, id, data }).expect("answers hold only texts and finite numbers")
}

/// The venues and votes of an area as `votes_ack` takes them.
pub fn votes_inside(state: &AreaState) -> String {
    let votes = Votes { venues: venues(state), votes: vote_rows(state) };
    serde_json::to_string(&votes).expect("votes are texts and finite numbers")
}

/// The ack of `getVotes`; `inside` is that of the same venues and votes.
pub fn votes_ack(id: i64, state: &AreaState, inside: &str) -> String {
    let epoch = serde_json::to_string(&state.epoch).expect("an epoch is a text");
    let seq = state.seq;
    format!(r#"{{"event":"ack","id":{id},"data":{{"epoch":{epoch},"seq":{seq},{}}}"#, &inside[1..])
}

/// Events in their order as one frame: the event itself where it is one, else an array.
pub fn joined<'a>(events: impl ExactSizeIterator<Item = &'a str>) -> String {
    let single = events.len() == 1;
    let inner = events.collect::<Vec<_>>().join(",");
    if single { inner } else { ["[", &inner, "]"].concat() }
}

/// The events of such a frame, without what makes them an array.
pub fn inside(frame: &str) -> &str {
    frame.strip_prefix('[').and_then(|frame| frame.strip_suffix(']')).unwrap_or(frame)
}

/// The ack of `watch`.
#[derive(Serialize)]
pub struct Watching<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<&'a AreaName>,
    /// The store's time, so that a page can tell how far its own clock is off.
    pub at: Millis,
}

/// The last acts in an area, the newest first, and the state that they lead to.
#[derive(Serialize)]
pub struct Acts<'a> {
    pub area: &'a AreaName,
    pub epoch: &'a Epoch,
    pub seq: u64,
    pub acts: &'a [Act],
}

/// The ack of `add`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined<'a> {
    pub username: &'a Username,
    pub img: &'a Image,
    pub epoch: &'a Epoch,
    pub seq: u64,
    pub at: Millis,
    pub expires_at: Millis,
}

impl<'a> Joined<'a> {
    /// A change that came too late has no effect: then the name is the one that the owner has, or else nobody's but what
    /// was wished for.
    pub fn new(done: &'a Done, username: &'a Username, img: &'a Image) -> Self {
        let (username, img, expires_at) = match &done.me {
            Some(me) => (&me.username, &me.img, me.due),
            None => (username, img, done.at),
        };
        Self { username, img, epoch: &done.epoch, seq: done.seq, at: done.at, expires_at }
    }
}

/// The ack of any other change.
#[derive(Serialize)]
pub struct Changed<'a> {
    pub epoch: &'a Epoch,
    pub seq: u64,
    pub at: Millis,
}

impl<'a> From<&'a Done> for Changed<'a> {
    fn from(done: &'a Done) -> Self {
        Self { epoch: &done.epoch, seq: done.seq, at: done.at }
    }
}

/// The ack of `getMe`; without a name or an area, they are null.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MeAnswer<'a> {
    pub username: Option<&'a Username>,
    pub img: Option<&'a Image>,
    pub area: Option<&'a AreaName>,
    pub expires_at: Option<Millis>,
}

impl<'a> MeAnswer<'a> {
    pub fn new(area: Option<&'a AreaName>, me: Option<&'a Me>) -> Self {
        Self { username: me.map(|me| &me.username), img: me.map(|me| &me.img), area, expires_at: me.map(|me| me.due) }
    }
}

/// The whole area, the data of `updates`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Updates<'a> {
    pub area: &'a AreaName,
    pub epoch: &'a Epoch,
    pub seq: u64,
    pub users: Vec<UserRow<'a>>,
    pub venues: Vec<&'a Venue>,
    pub votes: Vec<VoteRow<'a>>,
    pub online: usize,
    pub watching: u64,
    pub expires_at: Millis,
    /// By REST alone: since when this may not be how the store has it. Sockets are told by `stale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale_since: Option<Millis>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRow<'a> {
    pub username: &'a Username,
    pub img: &'a Image,
    pub online: bool,
    pub at: Millis,
    pub expires_at: Millis,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VoteRow<'a> {
    pub username: &'a Username,
    pub img: &'a Image,
    pub id: &'a VenueId,
    pub at: Millis,
    pub expires_at: Millis,
}

/// What the ack of `getVotes` holds beside where the area is: it stays the same while people come who have not voted.
#[derive(Serialize)]
struct Votes<'a> {
    venues: Vec<&'a Venue>,
    votes: Vec<VoteRow<'a>>,
}

/// The ack of `getUsers`.
#[derive(Serialize)]
pub struct Users<'a> {
    pub users: Vec<UserRow<'a>>,
}

impl<'a> Updates<'a> {
    pub fn new(area: &'a AreaName, state: &'a AreaState, online: &Online, watching: u64) -> Self {
        Self {
            area,
            epoch: &state.epoch,
            seq: state.seq,
            users: user_rows(state, online),
            venues: venues(state),
            votes: vote_rows(state),
            online: state.users.keys().filter(|key| online.contains_key(key)).count(),
            watching,
            expires_at: state.expires_at,
            stale_since: None,
        }
    }
}

impl<'a> Users<'a> {
    pub fn new(state: &'a AreaState, online: &Online) -> Self {
        Self { users: user_rows(state, online) }
    }
}

fn user_rows<'a>(state: &'a AreaState, online: &Online) -> Vec<UserRow<'a>> {
    let users = state.users.iter();
    users
        .map(|(key, user)| UserRow {
            username: &user.username,
            img: &user.img,
            online: online.contains_key(key),
            at: user.since,
            expires_at: user.due,
        })
        .collect()
}

fn venues(state: &AreaState) -> Vec<&Venue> {
    state.venues.values().map(|venue| &**venue).collect()
}

fn vote_rows(state: &AreaState) -> Vec<VoteRow<'_>> {
    let voters = state.users.values().filter_map(|user| Some((user, user.vote.as_ref()?)));
    voters
        .map(|(user, vote)| VoteRow {
            username: &user.username,
            img: &user.img,
            id: &vote.id,
            at: vote.at,
            expires_at: user.due,
        })
        .collect()
}

/// The data of `presence`.
#[derive(Serialize)]
pub struct PresenceData<'a> {
    pub here: &'a [Username],
    pub gone: &'a [Username],
    pub online: usize,
    pub watching: u64,
}

/// The data of `count`.
#[derive(Serialize)]
pub struct Count {
    pub live: u64,
}

/// The data of `stale` and of `current`.
#[derive(Serialize)]
pub struct SinceData {
    pub since: Millis,
}

/// The data of `bye`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bye {
    pub retry_in_ms: u64,
}
