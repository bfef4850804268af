//! Hashes passphrases and verifies them, away from the threads that serve connections, some at a time. Knows no names.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::errors::InvalidValue;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::domain::account::{Passphrase, PassphraseHash};
use crate::protocol::error::{Code, Problem};
use crate::web::session::random_bytes;

/// Lanes of a hash: those that are hashed at once have a core each already.
const LANES: u32 = 1;
/// Passphrases that may wait for their turn; beyond, somebody floods us, and who waits would only wait longer.
const WAITING: usize = 64;
/// KiB that a hash in the store may ask for, or what the settings say if that is more: a hash that is none must not take the machine's memory.
const MEMORY_MAX_KIB: u32 = 262_144;
/// Passes that one may ask for: as many as the setting has.
const PASSES_MAX: u32 = 20;
/// Nobody waits longer for a turn.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// What a hash costs, and how many are made at once.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub at_once: usize,
}

pub struct Hashing {
    argon2: Argon2<'static>,
    at_once: Arc<Semaphore>,
    waiting: Semaphore,
    /// A hash of nobody's, as costly as all: for names that have no account.
    nobody: PassphraseHash,
}

impl Hashing {
    /// None where the cost is none that argon2 takes.
    pub fn new(cost: Cost) -> Option<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, LANES, None).ok()?;
        // A salt and a hash that no passphrase is known for.
        let (salt, hash) = ("bm9ib2R5IGF0IGFsbCE", "A".repeat(43));
        let Cost { memory_kib, passes, .. } = cost;
        let nobody = format!("$argon2id$v=19$m={memory_kib},t={passes},p={LANES}${salt}${hash}");
        Some(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            at_once: Arc::new(Semaphore::new(cost.at_once)),
            waiting: Semaphore::new(WAITING),
            nobody: PassphraseHash::from_phc(nobody),
        })
    }

    /// With a salt of its own.
    pub async fn hash(&self, passphrase: Passphrase) -> Result<PassphraseHash, Problem> {
        let salt = SaltString::encode_b64(&random_bytes()?).map_err(internal)?;
        let made = self.work(self.turn().await?, move |argon2| {
            let hash = argon2.hash_password(passphrase.expose().as_bytes(), &salt)?;
            Ok::<_, argon2::password_hash::Error>(hash.to_string())
        });
        let hash = made.await?.map_err(internal)?;
        count("made");
        Ok(PassphraseHash::from_phc(hash))
    }

    /// Waits until one may be hashed; `overCapacity` if too many wait.
    pub async fn turn(&self) -> Result<Turn, Problem> {
        let busy = || Problem::over_capacity("Too many people are signing in right now. Try again in a moment.");
        let _waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        let turn = timeout(TURN_WITHIN, self.at_once.clone().acquire_owned()).await.map_err(|_| busy())?;
        Ok(Turn(turn.map_err(internal)?))
    }

    /// Whether it is the passphrase of that hash. Without a hash it is not, and takes as long. A right one is hashed anew where the hash
    /// cost something else than the settings say now.
    pub async fn verify(
        &self,
        turn: Turn,
        passphrase: Passphrase,
        hash: Option<&PassphraseHash>,
    ) -> Result<Verified, Problem> {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).clone();
        let salt = SaltString::encode_b64(&random_bytes()?).map_err(internal)?;
        let memory_max = self.argon2.params().m_cost().max(MEMORY_MAX_KIB);
        let verified = self.work(turn, move |argon2| {
            let hash = PasswordHash::new(hash.as_phc())?;
            let (cost, now) = (Params::try_from(&hash)?, argon2.params());
            if cost.m_cost() > memory_max || cost.t_cost() > PASSES_MAX || cost.p_cost() > LANES {
                return Err(argon2::password_hash::Error::ParamValueInvalid(InvalidValue::TooLong));
            }
            match argon2.verify_password(passphrase.expose().as_bytes(), &hash) {
                Err(argon2::password_hash::Error::Password) => return Ok((false, None)),
                verified => verified?,
            }
            let is_current = (cost.m_cost(), cost.t_cost()) == (now.m_cost(), now.t_cost());
            let renewed =
                (!is_current).then(|| argon2.hash_password(passphrase.expose().as_bytes(), &salt)).transpose()?;
            Ok((true, renewed.map(|hash| hash.to_string())))
        });
        let (right, renewed) = verified.await?.map_err(internal)?;
        let right = right && is_known;
        count(if right { "right" } else { "wrong" });
        Ok(Verified { right, renewed: renewed.filter(|_| right).map(PassphraseHash::from_phc) })
    }

    async fn work<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let argon2 = self.argon2.clone();
        let worked = spawn_blocking(move || {
            // Kept until the work is over, also if who asked has gone.
            let _turn = turn;
            work(&argon2)
        });
        worked.await.map_err(internal)
    }
}

/// One may be hashed, until this is dropped.
pub struct Turn(#[expect(dead_code, reason = "it is held, not read")] OwnedSemaphorePermit);

/// What came of looking at a passphrase.
#[derive(Debug, PartialEq)]
pub struct Verified {
    pub right: bool,
    /// The hash by the settings of now, where it is right and its hash is of other ones.
    pub renewed: Option<PassphraseHash>,
}

fn count(outcome: &'static str) {
    metrics::counter!("wte_passphrases_total", "outcome" => outcome).increment(1);
}

fn internal(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a passphrase could not be hashed");
    Problem::new(Code::Internal, "Something went wrong on our side. Try again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashing() -> Hashing {
        Hashing::new(Cost { memory_kib: 64, passes: 1, at_once: 1 }).unwrap()
    }

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::parse(text).unwrap()
    }

    async fn verify(hashing: &Hashing, passphrase: Passphrase, hash: Option<&PassphraseHash>) -> Result<bool, Problem> {
        hashing.verify(hashing.turn().await?, passphrase, hash).await.map(|verified| verified.right)
    }

    #[tokio::test]
    async fn the_right_passphrase_is_right_and_every_hash_another() {
        let hashing = hashing();
        let hash = hashing.hash(passphrase("correct horse")).await.unwrap();
        assert!(hash.as_phc().starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", hash.as_phc());
        assert_ne!(hashing.hash(passphrase("correct horse")).await.unwrap(), hash);
        assert_eq!(verify(&hashing, passphrase("correct horse"), Some(&hash)).await, Ok(true));
        assert_eq!(verify(&hashing, passphrase("correct h0rse"), Some(&hash)).await, Ok(false));
    }

    #[tokio::test]
    async fn nobodys_passphrase_is_wrong_and_is_really_verified() {
        let hashing = hashing();
        assert_eq!(verify(&hashing, passphrase("correct horse"), None).await, Ok(false));
        // What argon2 could not read would be an error, and quick.
        let nobody = hashing.nobody.clone();
        assert_eq!(verify(&hashing, passphrase("correct horse"), Some(&nobody)).await, Ok(false));
    }

    #[tokio::test]
    async fn a_right_passphrase_is_hashed_anew_when_the_settings_changed() {
        let before = Hashing::new(Cost { memory_kib: 32, passes: 2, at_once: 1 }).unwrap();
        let (old, now) = (before.hash(passphrase("correct horse")).await.unwrap(), hashing());
        let verify = async |text, hash| now.verify(now.turn().await?, passphrase(text), Some(hash)).await;
        let renewed = verify("correct horse", &old).await.unwrap().renewed.expect("its hash is of other settings");
        assert!(renewed.as_phc().starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", renewed.as_phc());
        assert_eq!(verify("correct horse", &renewed).await, Ok(Verified { right: true, renewed: None }));
        assert_eq!(verify("correct h0rse", &old).await, Ok(Verified { right: false, renewed: None }));
    }

    #[tokio::test]
    async fn a_stored_hash_takes_no_more_memory_than_it_may() {
        let (hashing, salt, hash) = (hashing(), "bm9ib2R5IGF0IGFsbCE", "A".repeat(43));
        for cost in ["m=262145,t=1,p=1", "m=64,t=21,p=1", "m=64,t=1,p=2"] {
            let stored = PassphraseHash::from_phc(format!("$argon2id$v=19${cost}${salt}${hash}"));
            let refused = verify(&hashing, passphrase("correct horse"), Some(&stored)).await;
            assert_eq!(refused.unwrap_err().code, Code::Internal, "{cost}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_hashed_at_once_than_may_be() {
        let hashing = hashing();
        let turn = hashing.at_once.clone().acquire_owned().await.unwrap();
        let waits = verify(&hashing, passphrase("correct horse"), None).await;
        assert_eq!(waits.unwrap_err().code, Code::OverCapacity, "nobody waits for ever");
        drop(turn);
        assert_eq!(verify(&hashing, passphrase("correct horse"), None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away() {
        let hashing = hashing();
        let _all = hashing.waiting.acquire_many(u32::try_from(WAITING).unwrap()).await.unwrap();
        assert_eq!(verify(&hashing, passphrase("correct horse"), None).await.unwrap_err().code, Code::OverCapacity);
    }
}
