//! Reads what Redis and its scripts answer. An answer that cannot be read is an error, and never shown.

use redis::{FromRedisValue, RedisError, Value};

use super::picture::me_of;
use crate::domain::change::Me;
use crate::store::{Result, StoreError};

/// The answer as what it should be.
pub fn read<T: FromRedisValue>(value: Value) -> Result<T> {
    // The error's own text would show the value, and with it people's names.
    T::from_redis_value(value).map_err(|_| StoreError::Unavailable("Redis answered something unexpected".into()))
}

/// The parts of a script's answer after the first, which tells what it had to mend.
pub fn parts<T: FromRedisValue>(value: Value) -> Result<T> {
    let mut parts: Vec<Value> = read(value)?;
    if parts.is_empty() {
        return Err(StoreError::Unavailable("a script gave no answer".into()));
    }
    note_mended(read(parts.remove(0))?);
    read(Value::Array(parts))
}

/// For the log: kinds of keys, never names of people or areas.
pub fn note_mended(mended: Vec<String>) {
    for what in mended {
        if what == "run" {
            tracing::debug!("an area came back with another Redis: it begins a new epoch");
        } else {
            note_garbage();
            tracing::warn!(what, "Redis held something of a wrong type or not readable: it was deleted or mended");
        }
    }
}

/// Counts something that was not written by us, or not whole.
pub fn note_garbage() {
    metrics::counter!("wte_store_garbage_total").increment(1);
}

/// Who a script says that somebody is; nobody where that cannot be read.
pub fn me_in(user: &[u8]) -> Option<Me> {
    me_of(user).unwrap_or_else(|_| {
        note_garbage();
        tracing::warn!("Redis held a user that cannot be read; the area's next snapshot will mend it");
        None
    })
}

/// Why there is no answer, in words for the log.
pub fn unavailable(error: &RedisError) -> StoreError {
    StoreError::Unavailable(match error.code() {
        Some("OOM") => {
            metrics::counter!("wte_redis_full_total").increment(1);
            "Redis is full (maxmemory), and refuses changes until there is room".into()
        }
        _ if error.kind() == redis::ErrorKind::Parse => "Redis answered something unexpected".into(),
        _ => error.to_string(),
    })
}

/// Whether only another connection can help: this one is dead, hangs, or ends at a server that is no primary any more.
pub fn is_gone(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_unrecoverable_error()
        || matches!(error.code(), Some("READONLY" | "MASTERDOWN" | "NOAUTH"))
}

const SENT_ELSEWHERE: [&str; 5] = ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING"];

/// Counts an answer of that kind.
pub fn note_redirection(error: &RedisError) {
    if let Some(code) = SENT_ELSEWHERE.iter().find(|code| error.code() == Some(**code)) {
        metrics::counter!("wte_redis_redirections_total", "code" => *code).increment(1);
    }
}

/// Whether a node of a cluster did nothing of it, and another one, or the same a moment later, will.
pub fn was_refused(error: &RedisError) -> bool {
    SENT_ELSEWHERE.iter().any(|code| error.code() == Some(*code))
}
