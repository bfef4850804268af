//! What came over an area's channel, a line each: not understood, or an event that reads the same when it is told on, and that leaves
//! a view whole, whatever came before it.

use super::rules;
use crate::domain::event::{Event, Heard, Notice};
use crate::domain::state::{Applied, AreaState};
use crate::domain::talk::Told;

/// Milliseconds, as in the product.
const LIFETIME: u64 = 7_200_000;

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut view = AreaState::default();
    for line in text.lines() {
        let Ok(heard) = Heard::decode(line) else { continue };
        let again = match &heard {
            Heard::Change(change) => change.encode(),
            Heard::Notice(notice) => notice.encode(),
        };
        assert_eq!(Heard::decode(&again).expect("what is told can be heard"), heard, "{again}");
        take(&mut view, &heard);
        is_whole(&view);
    }
}

fn take(view: &mut AreaState, heard: &Heard) {
    match heard {
        Heard::Change(change) => {
            keeps_the_rules(&change.event);
            let before = (view.epoch.clone(), view.seq);
            match view.apply(change, LIFETIME) {
                Applied::Next if change.epoch == before.0 => assert_eq!(view.seq, before.1 + 1),
                Applied::Next => assert_eq!(view.seq, 1),
                Applied::Known => assert_eq!((&view.epoch, view.seq), (&before.0, before.1)),
                // As if a snapshot had come: the view goes on from there.
                Applied::Gap => {
                    *view = AreaState { epoch: change.epoch.clone(), seq: change.seq, ..AreaState::default() }
                }
            }
        }
        Heard::Notice(Notice::Renewed { username, due }) => view.renew(&username.key(), *due),
        Heard::Notice(Notice::Here(_)) => {}
        Heard::Notice(Notice::Talk { told, .. } | Notice::Private { told, .. }) => match told {
            Told::Chat(message) => rules::message(message),
            Told::Room(_) => {}
        },
    }
}

fn keeps_the_rules(event: &Event) {
    match event {
        Event::User { username, img } | Event::Renamed { username, img, .. } => {
            rules::username(username);
            rules::image(img);
        }
        Event::Vote { username, img, fs } => {
            rules::username(username);
            rules::image(img);
            rules::venue(fs);
        }
        Event::UserLeft { username, .. } | Event::VoteRemoved { username } => rules::username(username),
        Event::Cleared { .. } => {}
    }
}

fn is_whole(view: &AreaState) {
    for (key, user) in &view.users {
        assert_eq!(*key, user.username.key(), "everyone is under the own name");
        assert!(user.due <= view.expires_at, "nobody outlives the area");
        assert!(user.vote.as_ref().is_none_or(|vote| view.venues.contains_key(&vote.id)), "a vote is for a place");
    }
    assert!(view.venues.iter().all(|(id, venue)| *id == venue.id));
    let voters: usize = view.standings().iter().map(|standing| standing.voters.len()).sum();
    assert_eq!(voters, view.users.values().filter(|user| user.vote.is_some()).count(), "every vote counts once");
}
