//! How accounts and sessions lie in the file. Each change is a transaction of its own: they are few. Knows nothing of who asks.

use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::rows::{decode, encode};
use crate::domain::Millis;
use crate::domain::account::{Account, AccountId, AccountKey, SessionId, SessionState, SignedIn};

type Result<T> = std::result::Result<T, redb::Error>;

/// Digest of the compared name to `Account`.
const ACCOUNTS: TableDefinition<&str, &[u8]> = TableDefinition::new("accounts");
/// Session to `Kept`.
const SESSIONS: TableDefinition<&str, &[u8]> = TableDefinition::new("sessions");
/// Account's id and session, of those that are signed in.
const OF_ACCOUNT: TableDefinition<(&str, &str), ()> = TableDefinition::new("account_sessions");

/// A row of `SESSIONS`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    signed_in: SignedIn,
    revoked: bool,
    /// It is forgotten then.
    until: Millis,
}

pub fn add_tables(txn: &WriteTransaction) -> Result<()> {
    txn.open_table(ACCOUNTS)?;
    txn.open_table(SESSIONS)?;
    txn.open_table(OF_ACCOUNT)?;
    Ok(())
}

/// One durable step; nothing is written where it answers none.
pub fn write<T>(db: &Database, step: impl FnOnce(&WriteTransaction) -> Result<Option<T>>) -> Result<Option<T>> {
    let mut txn = db.begin_write()?;
    txn.set_durability(Durability::Immediate)?;
    let done = step(&txn)?;
    match done {
        Some(_) => txn.commit()?,
        None => txn.abort()?,
    }
    Ok(done)
}

/// The account of that name, as far as it can be read.
pub fn account(db: &Database, key: &AccountKey) -> Result<Option<Account>> {
    let row = db.begin_read()?.open_table(ACCOUNTS)?.get(key.as_str())?;
    Ok(row.and_then(|row| decode(row.value())))
}

/// Whether the name's account still is what it was.
pub fn stands(txn: &WriteTransaction, account: &Account) -> Result<bool> {
    let row = txn.open_table(ACCOUNTS)?.get(account.key().as_str())?.and_then(|row| decode::<Account>(row.value()));
    Ok(row.is_some_and(|kept| kept.id == account.id && kept.hash == account.hash))
}

pub fn is_free(txn: &WriteTransaction, key: &AccountKey) -> Result<bool> {
    let accounts = txn.open_table(ACCOUNTS)?;
    let row = accounts.get(key.as_str())?;
    Ok(row.and_then(|row| decode::<Account>(row.value())).is_none())
}

pub fn put_account(txn: &WriteTransaction, account: &Account) -> Result<()> {
    txn.open_table(ACCOUNTS)?.insert(account.key().as_str(), encode(account).as_slice())?;
    Ok(())
}

pub fn remove_account(txn: &WriteTransaction, account: &Account) -> Result<()> {
    txn.open_table(ACCOUNTS)?.remove(account.key().as_str())?;
    Ok(())
}

fn kept(txn: &WriteTransaction, session: &str) -> Result<Option<Kept>> {
    let sessions = txn.open_table(SESSIONS)?;
    let row = sessions.get(session)?;
    Ok(row.and_then(|row| decode(row.value())))
}

fn keep(txn: &WriteTransaction, session: &str, row: &Kept) -> Result<()> {
    txn.open_table(SESSIONS)?.insert(session, encode(row).as_slice())?;
    Ok(())
}

/// False if there is such a session already.
pub fn begin(txn: &WriteTransaction, session: &SessionId, signed_in: SignedIn, until: Millis) -> Result<bool> {
    if kept(txn, session.as_str())?.is_some() {
        return Ok(false);
    }
    txn.open_table(OF_ACCOUNT)?.insert((signed_in.account.as_str(), session.as_str()), ())?;
    keep(txn, session.as_str(), &Kept { signed_in, revoked: false, until })?;
    Ok(true)
}

/// None if there is nothing of it.
pub fn revoke(txn: &WriteTransaction, session: &SessionId, until: Millis) -> Result<Option<()>> {
    let Some(row) = kept(txn, session.as_str())? else { return Ok(None) };
    txn.open_table(OF_ACCOUNT)?.remove((row.signed_in.account.as_str(), session.as_str()))?;
    keep(txn, session.as_str(), &Kept { revoked: true, until, ..row })?;
    Ok(Some(()))
}

/// The sessions of an account, who signed in first comes first.
pub fn of_account(txn: &WriteTransaction, account: &AccountId, now: Millis) -> Result<Vec<(SessionId, SignedIn)>> {
    let list = txn.open_table(OF_ACCOUNT)?;
    let mut found = Vec::new();
    // `g` comes after all hexadecimal digits.
    for entry in list.range((account.as_str(), "")..(account.as_str(), "g"))? {
        let (key, ()) = entry.map(|(key, row)| (key, row.value()))?;
        if let Some(id) = SessionId::parse(key.value().1)
            && let Some(row) = kept(txn, id.as_str())?.filter(|row| !row.revoked && row.until > now)
        {
            found.push((id, row.signed_in));
        }
    }
    found.sort_by_key(|(_, session)| session.created);
    Ok(found)
}

/// What is remembered of a session.
pub fn look(db: &Database, session: &SessionId, now: Millis) -> Result<SessionState> {
    let row = db.begin_read()?.open_table(SESSIONS)?.get(session.as_str())?;
    let row = row.and_then(|row| decode::<Kept>(row.value())).filter(|row| row.until > now);
    Ok(match row {
        None => SessionState::Unknown,
        Some(Kept { revoked: true, .. }) => SessionState::Revoked,
        Some(Kept { signed_in, .. }) => SessionState::SignedIn(signed_in),
    })
}

/// It is used now.
pub fn touch(txn: &WriteTransaction, session: &SessionId, now: Millis, until: Millis) -> Result<Option<()>> {
    let Some(mut row) = kept(txn, session.as_str())?.filter(|row| !row.revoked) else { return Ok(None) };
    (row.signed_in.used, row.until) = (now, until);
    keep(txn, session.as_str(), &row).map(Some)
}

/// Takes out what is to be forgotten, and what cannot be read.
pub fn forget(txn: &WriteTransaction, now: Millis) -> Result<Option<usize>> {
    let mut over = Vec::new();
    txn.open_table(SESSIONS)?.retain(|id, row| {
        let row = decode::<Kept>(row).filter(|row| row.until > now);
        if row.is_none() {
            over.push(id.to_owned());
        }
        row.is_some()
    })?;
    if over.is_empty() {
        return Ok(None);
    }
    txn.open_table(OF_ACCOUNT)?.retain(|(_, session), ()| !over.iter().any(|id| id == session))?;
    Ok(Some(over.len()))
}
