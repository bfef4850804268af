//! An area as a client knows it that follows its events and asks for nothing else. Finds every hole in their order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub epoch: String,
    pub seq: u64,
    pub users: BTreeSet<String>,
    /// The place that a user stands for.
    pub votes: BTreeMap<String, String>,
    pub venues: BTreeSet<String>,
}

impl View {
    /// From the data of `updates`, or from what `GET /api/areas/AREA` answers.
    pub fn of(area: &Value) -> Self {
        let rows = |name: &str| area[name].as_array().expect(name).iter();
        Self {
            epoch: text(&area["epoch"]),
            seq: area["seq"].as_u64().expect("seq"),
            users: rows("users").map(|user| text(&user["username"])).collect(),
            votes: rows("votes").map(|vote| (text(&vote["username"]), text(&vote["id"]))).collect(),
            venues: rows("venues").map(|venue| text(&venue["id"])).collect(),
        }
    }

    /// Takes one event in, whatever it is; an error where a change is missing before it.
    pub fn take(&mut self, event: &Value) -> Result<(), String> {
        let data = &event["data"];
        if event["event"] == "updates" {
            *self = Self::of(data);
            return Ok(());
        }
        let Some(seq) = event["seq"].as_u64() else { return Ok(()) };
        let begins = seq == 1 && self.users.is_empty() && self.venues.is_empty();
        if (seq != self.seq + 1 || event["epoch"] != *self.epoch) && !begins {
            return Err(format!("after {} of {} came {event}", self.seq, self.epoch));
        }
        (self.seq, self.epoch) = (seq, text(&event["epoch"]));
        let username = data["username"].as_str().unwrap_or_default().to_owned();
        match event["event"].as_str().unwrap_or_default() {
            "user" => drop(self.users.insert(username)),
            "renamed" => {
                let from = text(&data["from"]);
                self.users.remove(&from);
                self.votes.remove(&from).map(|id| self.votes.insert(username.clone(), id));
                self.users.insert(username);
            }
            "userLeft" => {
                self.users.remove(&username);
                self.votes.remove(&username);
            }
            "vote" => {
                self.venues.insert(text(&data["fs"]["id"]));
                self.votes.insert(username, text(&data["fs"]["id"]));
            }
            "voteRemoved" => drop(self.votes.remove(&username)),
            "cleared" => {
                self.users.clear();
                self.votes.clear();
                self.venues.clear();
            }
            other => return Err(format!("there is no change {other}")),
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn a_missing_change_is_found() {
    let mut view = View::of(&serde_json::json!({"epoch": "r.1", "seq": 3, "users": [], "votes": [], "venues": []}));
    let change = |seq| serde_json::json!({"event": "user", "epoch": "r.1", "seq": seq, "data": {"username": "Ann"}});
    assert!(view.take(&change(4)).is_ok());
    assert!(view.take(&change(6)).is_err());
    assert!(view.take(&change(4)).is_err(), "a change that comes twice is a fault too");
}
