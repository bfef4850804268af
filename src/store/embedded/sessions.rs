//! How accounts and sessions lie in the file. Each change is a transaction of its own: they are few. Knows nothing of who asks.

use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::rows::{decode, encode};
use crate::domain::Millis;
use crate::domain::account::{Account, AccountId, AccountKey, SessionId, SessionState, SignedIn};

type Result<T> = std::result::Result<T, redb::Error>;

/// Digest of the compared name to `KeptAccount`.
const ACCOUNTS: TableDefinition<&str, &[u8]> = TableDefinition::new("accounts");
/// Session to `Kept`.
const SESSIONS: TableDefinition<&str, &[u8]> = TableDefinition::new("sessions");
/// Account's id and session, of those that are signed in.
const OF_ACCOUNT: TableDefinition<(&str, &str), ()> = TableDefinition::new("account_sessions");

/// A row of `ACCOUNTS`.
#[derive(Serialize, Deserialize)]
struct KeptAccount {
    #[serde(flatten)]
    account: Account,
    /// When it was last used or signed in to, within the hour; none in files of before that was kept.
    used: Option<Millis>,
}

/// A row of `SESSIONS`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    /// None: a guest's, that was given up.
    signed_in: Option<SignedIn>,
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

/// As it is from now on; it is used now.
pub fn put_account(txn: &WriteTransaction, account: &Account, now: Millis) -> Result<()> {
    let row = KeptAccount { account: account.clone(), used: Some(now) };
    txn.open_table(ACCOUNTS)?.insert(account.key().as_str(), encode(&row).as_slice())?;
    Ok(())
}

/// The account of that session is used now.
pub fn use_account(txn: &WriteTransaction, signed_in: &SignedIn, now: Millis) -> Result<()> {
    let key = AccountKey::of(&signed_in.username.key());
    let row = txn.open_table(ACCOUNTS)?.get(key.as_str())?.and_then(|row| decode::<Account>(row.value()));
    match row.filter(|account| account.id == signed_in.account) {
        Some(account) => put_account(txn, &account, now),
        None => Ok(()),
    }
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
    if kept(txn, session.digits().as_str())?.is_some() {
        return Ok(false);
    }
    txn.open_table(OF_ACCOUNT)?.insert((signed_in.account.digits().as_str(), session.digits().as_str()), ())?;
    keep(txn, session.digits().as_str(), &Kept { signed_in: Some(signed_in), revoked: false, until })?;
    Ok(true)
}

/// It is remembered as ended until then.
pub fn revoke(txn: &WriteTransaction, session: &SessionId, until: Millis) -> Result<Option<()>> {
    let signed_in = kept(txn, session.digits().as_str())?.and_then(|row| row.signed_in);
    if let Some(signed_in) = &signed_in {
        txn.open_table(OF_ACCOUNT)?.remove((signed_in.account.digits().as_str(), session.digits().as_str()))?;
    }
    keep(txn, session.digits().as_str(), &Kept { signed_in, revoked: true, until }).map(Some)
}

/// The sessions of an account, who signed in first comes first.
pub fn of_account(txn: &WriteTransaction, account: &AccountId, now: Millis) -> Result<Vec<(SessionId, SignedIn)>> {
    let list = txn.open_table(OF_ACCOUNT)?;
    let mut found = Vec::new();
    // `g` comes after all hexadecimal digits.
    for entry in list.range((account.digits().as_str(), "")..(account.digits().as_str(), "g"))? {
        let (key, ()) = entry.map(|(key, row)| (key, row.value()))?;
        if let Some(id) = SessionId::parse(key.value().1)
            && let Some(row) = kept(txn, id.digits().as_str())?.filter(|row| !row.revoked && row.until > now)
            && let Some(signed_in) = row.signed_in
        {
            found.push((id, signed_in));
        }
    }
    found.sort_by_key(|(_, session)| session.created);
    Ok(found)
}

/// What is remembered of a session.
pub fn look(db: &Database, session: &SessionId, now: Millis) -> Result<SessionState> {
    let row = db.begin_read()?.open_table(SESSIONS)?.get(session.digits().as_str())?;
    let row = row.and_then(|row| decode::<Kept>(row.value())).filter(|row| row.until > now);
    Ok(match row {
        None => SessionState::Unknown,
        Some(Kept { revoked: true, .. }) => SessionState::Revoked,
        Some(Kept { signed_in, .. }) => signed_in.map_or(SessionState::Unknown, SessionState::SignedIn),
    })
}

/// It is used now.
pub fn touch(txn: &WriteTransaction, session: &SessionId, now: Millis, until: Millis) -> Result<Option<()>> {
    let Some(mut row) = kept(txn, session.digits().as_str())?.filter(|row| !row.revoked) else { return Ok(None) };
    row.until = until;
    if let Some(signed_in) = &mut row.signed_in {
        signed_in.used = now;
    }
    keep(txn, session.digits().as_str(), &row).map(Some)
}

/// Takes out what is to be forgotten, and sessions that cannot be read. An account lasts so long after it was last used.
pub fn forget(txn: &WriteTransaction, now: Millis, lasts: Millis) -> Result<Option<()>> {
    let mut over = Vec::new();
    txn.open_table(SESSIONS)?.retain(|id, row| {
        let row = decode::<Kept>(row).filter(|row| row.until > now);
        if row.is_none() {
            over.push(id.to_owned());
        }
        row.is_some()
    })?;
    if !over.is_empty() {
        txn.open_table(OF_ACCOUNT)?.retain(|(_, session), ()| !over.iter().any(|id| id == session))?;
    }
    let mut unused = 0;
    txn.open_table(ACCOUNTS)?.retain(|_, row| {
        let used = decode::<KeptAccount>(row).and_then(|row| row.used);
        let stays = used.is_none_or(|used| used.saturating_add(lasts) > now);
        unused += usize::from(!stays);
        stays
    })?;
    Ok((over.len() + unused > 0).then_some(()))
}
