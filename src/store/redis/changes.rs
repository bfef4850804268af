//! One change of an area: which script keeps it, and what its answer means.

use redis::Value;

use super::RedisStore;
use super::answer::{me_in, note_mended, read};
use super::keys::written;
use super::link::Again;
use super::script::{Call, HAND_OVER, JOIN, LEAVE, Script, VOTE, WITHDRAW};
use super::together::{self, Vote, place_of};
use super::turns::{Given, Lead};
use crate::domain::account::{AccountId, AccountKey};
use crate::domain::change::{Act, Change, Done, Refused};
use crate::domain::event::Epoch;
use crate::domain::name::Username;
use crate::domain::owner::Owner;
use crate::store::{Accounts, Result, StoreError};

/// Someone who is renamed between two attempts, in another tab, is not renamed for ever.
pub(super) const ATTEMPTS: usize = 4;

enum Answer {
    Done(Done),
    Refused(Refused),
    /// The owner holds another name, as it is written in keys: the script needs that one's records.
    Held(String),
    /// The name is this account's.
    Account(String),
}

impl RedisStore {
    pub(super) async fn keep_change(&self, change: &Change) -> Result<Done> {
        let mut held = change.held.as_ref().map(|name| written(&name.key()));
        let mut own_account = String::new();
        // With `n`, a change that was kept already has no effect the second time.
        let again = if change.n.is_some() { Again::Safe } else { Again::Never };
        let _turn = match self.turn_of(change).await {
            Given::Answer(answer) => return answer,
            Given::Turn(turn) | Given::Lead(Lead { turn, .. }) => turn,
        };
        self.list_before(&change.area).await;
        for _ in 0..ATTEMPTS {
            let answer = self.ask_to_keep(self.call_of(change, held.as_deref(), &own_account), again).await?;
            match answer_of(change, answer)? {
                Answer::Done(done) => {
                    self.list_after(&change.area, &done.epoch).await;
                    return Ok(done);
                }
                Answer::Refused(why) => return Err(why.into()),
                Answer::Held(name) => held = Some(name),
                Answer::Account(id) if is_of(&id, &change.owner) => own_account = id,
                // The name beside it is for who knows of no account.
                Answer::Account(_) => return Err(Refused::NameTaken { free: free_for(change, &[])? }.into()),
            }
        }
        Err(StoreError::Unavailable("the owner took another name between any two attempts".into()))
    }

    /// Waits for those under way. A vote may come back with its answer, because it went with others; nobody leads any more then.
    async fn turn_of(&self, change: &Change) -> Given<Vote, together::Answer> {
        match self.turns.take(&change.area, Vote::may_join(change), || Vote::of(change)).await {
            Given::Lead(lead) => self.lead(lead).await,
            given => given,
        }
    }

    /// The script of the act with its arguments, as it names them in its first lines.
    fn call_of(&self, change: &Change, held: Option<&str>, own_account: &str) -> Call {
        let call = |script: &'static Script, record: Option<&str>| {
            let n = change.n.map(|n| n.to_string()).unwrap_or_default();
            self.call(script, &change.area, record).arg(change.owner.digits().as_str()).arg(n)
        };
        match &change.act {
            Act::Join { username, img } => {
                let name = written(&username.key());
                let joined = call(&JOIN, Some(&name)).arg(&name).arg(username.as_str()).arg(img.as_str());
                let joined = joined.arg(self.rules.users.to_string()).arg(own_account);
                let account = AccountKey::of(&username.key());
                // Elsewhere the account may lie on another node.
                if self.guards_names() { joined.key([&self.reach.layout().account(&account)[0]]) } else { joined }
            }
            Act::Vote(pick) => {
                let voted = call(&VOTE, held).arg(held.unwrap_or_default()).arg(pick.id().as_str());
                voted.arg(place_of(pick)).arg(self.rules.venues.to_string())
            }
            Act::Withdraw => call(&WITHDRAW, None),
            Act::Leave => call(&LEAVE, None),
            Act::HandOver { to } => call(&HAND_OVER, held).arg(held.unwrap_or_default()).arg(to.digits().as_str()),
        }
    }
}

fn answer_of(change: &Change, answer: Value) -> Result<Answer> {
    let (outcome, mended, what): (String, Vec<String>, Vec<Value>) = outcome_of(answer)?;
    note_mended(mended);
    let refused = |why| Ok(Answer::Refused(why));
    match outcome.as_str() {
        "done" | "known" => {
            metrics::counter!("wte_changes_repeated_total").increment(u64::from(outcome == "known"));
            let (epoch, seq, at, user): (String, u64, u64, Vec<u8>) = read(Value::Array(what))?;
            Ok(Answer::Done(Done { epoch: Epoch::from_text(&epoch), seq, at, me: me_in(&user) }))
        }
        "held" => {
            let (name,) = read(Value::Array(what))?;
            Ok(Answer::Held(name))
        }
        "account" => {
            let (id,) = read(Value::Array(what))?;
            Ok(Answer::Account(id))
        }
        "nameTaken" => {
            let (names,): (Vec<Vec<u8>>,) = read(Value::Array(what))?;
            refused(Refused::NameTaken { free: free_for(change, &names)? })
        }
        "notJoined" => refused(Refused::NotJoined),
        "noSuchVenue" => refused(Refused::NoSuchVenue),
        "usersFull" => refused(Refused::UsersFull),
        "venuesFull" => refused(Refused::VenuesFull),
        _ => unexpected(),
    }
}

/// What came of it, what was mended, and the rest.
pub(super) fn outcome_of(answer: Value) -> Result<(String, Vec<String>, Vec<Value>)> {
    let mut parts: Vec<Value> = read(answer)?;
    if parts.len() < 2 {
        return unexpected();
    }
    let what = parts.split_off(2);
    let (outcome, mended) = read(Value::Array(parts))?;
    Ok((outcome, mended, what))
}

pub(super) fn unexpected<T>() -> Result<T> {
    Err(StoreError::Unavailable("a script answered something unexpected".into()))
}

/// A name like the one that was wished for, that is not among the names of the area.
fn free_for(change: &Change, names: &[Vec<u8>]) -> Result<Username> {
    let Act::Join { username, .. } = &change.act else { return unexpected() };
    Ok(username.free(|key| {
        let name = written(key);
        names.iter().any(|taken| taken == name.as_bytes())
    }))
}

fn is_of(account: &str, owner: &Owner) -> bool {
    AccountId::parse(account).is_some_and(|account| account.owner() == *owner)
}
