//! A text frame of a client, or the body of a REST call: refused in words, or parsed into what keeps the rules and says the same again.

use serde_json::{Value, json};

use super::rules;
use crate::domain::talk::NewRoom;
use crate::domain::venue::Pick;
use crate::protocol::INTEGER_MAX;
use crate::protocol::account::AccountFields;
use crate::protocol::client::{ClientEvent, Fields, Request, Since};
use crate::protocol::talk::TalkEvent;

pub fn check(data: &[u8]) {
    // The socket closes what is not UTF-8.
    let Ok(text) = std::str::from_utf8(data) else { return };
    body(text);
    let request = match Request::decode(text) {
        Ok(request) => request,
        Err(bad) => {
            assert!(bad.id.is_none_or(|id| id.unsigned_abs() <= INTEGER_MAX));
            assert!(!serde_json::to_value(&bad.problem).expect("it can be told")["message"].is_null());
            return;
        }
    };
    assert!(request.id.is_none_or(|id| id.unsigned_abs() <= INTEGER_MAX));
    assert!(request.n.is_none_or(|n| n <= INTEGER_MAX));
    keeps_the_rules(&request.event);
    let again = rendered(&request).to_string();
    assert_eq!(Request::decode(&again).as_ref(), Ok(&request), "what it says is read as the same");
}

/// The fields of a REST call, one by one.
fn body(text: &str) {
    account(text);
    let Ok(fields) = Fields::read(text) else { return };
    if let Ok((username, img)) = fields.who() {
        rules::username(&username);
        rules::image(&img);
    }
    if let Ok(area) = fields.area() {
        rules::area(&area);
    }
    if let Ok(pick) = fields.pick() {
        rules::pick(&pick);
    }
    assert!(fields.n().is_err() || fields.n().is_ok_and(|n| n.is_none_or(|n| n <= INTEGER_MAX)));
    let _ = fields.code();
}

/// The same of the calls of accounts.
fn account(text: &str) {
    let Ok(fields) = AccountFields::read(text) else { return };
    if let Ok(username) = fields.username() {
        rules::username(&username);
    }
    for passphrase in [fields.passphrase(), fields.old(), fields.replacement()].into_iter().flatten() {
        assert!((10..=200).contains(&passphrase.expose().chars().count()));
    }
    let areas = fields.areas().unwrap_or_default();
    areas.iter().for_each(rules::area);
    assert!(areas.len() <= 10 && areas.is_sorted());
}

fn keeps_the_rules(event: &ClientEvent) {
    match event {
        ClientEvent::Watch { area, since } => {
            area.iter().for_each(rules::area);
            since.iter().for_each(is_bounded);
        }
        ClientEvent::Add { area, username, img, since } => {
            rules::area(area);
            rules::username(username);
            rules::image(img);
            since.iter().for_each(is_bounded);
        }
        ClientEvent::AddVote(pick) => rules::pick(pick),
        ClientEvent::Talk(TalkEvent::AddRoom(NewRoom::Named(name))) => rules::room_name(name),
        ClientEvent::Talk(TalkEvent::AddRoom(NewRoom::With(username))) => rules::username(username),
        ClientEvent::Talk(TalkEvent::GetChat(page)) => assert!((1..=100).contains(&page.limit)),
        ClientEvent::Talk(TalkEvent::AddChat { text, .. }) => rules::chat_text(text),
        _ => {}
    }
}

fn is_bounded(since: &Since) {
    assert!(since.epoch.as_str().chars().count() <= 64 && since.seq <= INTEGER_MAX);
}

fn rendered(request: &Request) -> Value {
    let mut frame = json!({"event": request.event.name(), "data": data(&request.event)});
    if let Some(id) = request.id {
        frame["id"] = json!(id);
    }
    if let Some(n) = request.n {
        frame["n"] = json!(n);
    }
    frame
}

fn data(event: &ClientEvent) -> Value {
    let mut data = json!({});
    if let ClientEvent::Watch { since: Some(since), .. } | ClientEvent::Add { since: Some(since), .. } = event {
        data["epoch"] = json!(since.epoch.as_str());
        data["seq"] = json!(since.seq);
    }
    match event {
        ClientEvent::Watch { area: Some(area), .. } => data["area"] = json!(area),
        ClientEvent::Add { area, username, img, .. } => {
            data["area"] = json!(area);
            data["username"] = json!(username);
            data["img"] = json!(img);
        }
        ClientEvent::AddVote(Pick::Place(venue)) => data["fs"] = json!(venue),
        ClientEvent::AddVote(Pick::Known(id)) => data["fs"] = json!({"id": id}),
        ClientEvent::Talk(TalkEvent::AddRoom(NewRoom::Named(name))) => data["name"] = json!(name),
        ClientEvent::Talk(TalkEvent::AddRoom(NewRoom::With(username))) => data["with"] = json!(username),
        ClientEvent::Talk(TalkEvent::GetChat(page)) => {
            data["room"] = json!(page.room);
            data["limit"] = json!(page.limit);
            if let Some(before) = &page.before {
                data["before"] = json!(before.to_string());
            }
        }
        ClientEvent::Talk(TalkEvent::AddChat { room, text }) => {
            data["room"] = json!(room);
            data["text"] = json!(text);
        }
        _ => {}
    }
    data
}
