//! How the file is opened: made, locked, checked, made smaller, and asked for what the store made once. Knows nothing of
//! areas but their tables' names.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database, ReadableDatabase, StorageBackend, TableDefinition};

use super::tables::Tables;

/// `format`, `run` and `session_secret`.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
/// What this code writes; a file of a later one is left alone.
const FORMAT: &[u8] = b"1";
/// Bytes of the file that redb keeps in memory, at most: the areas in use are in memory by themselves.
const CACHE: usize = 8 << 20;
/// A file is made smaller when it is opened, if it has at least so many bytes and less than a quarter of them in use. redb
/// uses free pages again, so a file never grows beyond twice what its fullest hour needed; giving the rest back takes
/// about as long as writing what is left, and while the store runs nobody should wait for that.
const COMPACT_FROM: u64 = 32 << 20;

/// Why the store cannot be had. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{} is in use by another process: stop that one first, or give this one a file of its own (store.path).", .0.display())]
    InUse(PathBuf),
    #[error("{} cannot be used ({cause}): let this user read and write it, make room on its disk, or name another file (store.path).", path.display())]
    NoAccess { path: PathBuf, cause: io::Error },
    #[error("{} is damaged, or is no file of this store ({cause}): move it away to begin with a new one.", path.display())]
    Damaged { path: PathBuf, cause: redb::Error },
    #[error("{} was written by a later version: start that one, or name another file (store.path).", .0.display())]
    Later(PathBuf),
    #[error("this machine gives no random numbers ({0}), and without them nothing is safe.")]
    NoRandom(getrandom::Error),
    #[error("this machine gives no thread to write with ({0}): end something else first.")]
    NoThread(io::Error),
}

pub struct Opened {
    pub db: Database,
    /// Whether what is written is there again when it is opened anew.
    pub lasts: bool,
    /// Which file this is, for the epochs: made once.
    pub run: String,
    /// 64 random bytes, made once.
    pub secret: Vec<u8>,
}

pub fn in_memory() -> Result<Opened, OpenError> {
    let path = PathBuf::from(":memory:");
    let opened = prepared(database(InMemoryBackend::new(), &path)?, &path)?;
    Ok(Opened { lasts: false, ..opened })
}

/// Makes the file, and the folders on the way, if it is not there. Only its owner can read it: it holds the secret.
pub fn in_file(path: &Path) -> Result<Opened, OpenError> {
    // Some damage is only found by redb's panicking over it.
    catch_unwind(|| in_file_of(path, COMPACT_FROM)).unwrap_or_else(|_| {
        let cause = redb::Error::Corrupted("it contradicts itself".to_owned());
        Err(OpenError::Damaged { path: path.to_owned(), cause })
    })
}

fn in_file_of(path: &Path, compact_from: u64) -> Result<Opened, OpenError> {
    let no_access = |cause| OpenError::NoAccess { path: path.to_owned(), cause };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(no_access)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(no_access)?;
    let size = file.metadata().map_err(no_access)?.len();
    let backend = FileBackend::new(file).map_err(|error| refused(path, error))?;
    let mut db = database(backend, path)?;
    if size >= compact_from {
        compact(&mut db, size).map_err(|error| refused(path, error))?;
    }
    prepared(db, path)
}

pub fn database(backend: impl StorageBackend, path: &Path) -> Result<Database, OpenError> {
    Builder::new().set_cache_size(CACHE).create_with_backend(backend).map_err(|error| refused(path, error))
}

fn refused(path: &Path, error: impl Into<redb::Error>) -> OpenError {
    let path = path.to_owned();
    match error.into() {
        redb::Error::DatabaseAlreadyOpen => OpenError::InUse(path),
        redb::Error::Io(cause) if !matches!(cause.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
            OpenError::NoAccess { path, cause }
        }
        cause => OpenError::Damaged { path, cause },
    }
}

fn compact(db: &mut Database, size: u64) -> Result<(), redb::Error> {
    let txn = db.begin_write()?;
    let stats = txn.stats()?;
    txn.abort()?;
    let used = stats.allocated_pages() * stats.page_size() as u64;
    if used < size / 4 {
        tracing::info!(size, used, "making the store's file smaller");
        db.compact()?;
    }
    Ok(())
}

pub fn prepared(db: Database, path: &Path) -> Result<Opened, OpenError> {
    let [format, run, secret] = made_once(&db).map_err(|error| refused(path, error))?;
    if format.as_ref().is_some_and(|format| format != FORMAT) {
        return Err(OpenError::Later(path.to_owned()));
    }
    let run = run.and_then(|run| String::from_utf8(run).ok());
    if let (Some(run), Some(secret)) = (run, secret) {
        // A file of an earlier version has fewer tables.
        add_tables(&db).map_err(|error| refused(path, error))?;
        return Ok(Opened { db, lasts: true, run, secret });
    }
    let (mut number, mut secret) = ([0; 8], vec![0; 64]);
    getrandom::fill(&mut number).and_then(|()| getrandom::fill(&mut secret)).map_err(OpenError::NoRandom)?;
    let run = format!("{:016x}", u64::from_be_bytes(number));
    make(&db, &run, &secret).map_err(|error| refused(path, error))?;
    Ok(Opened { db, lasts: true, run, secret })
}

fn made_once(db: &Database) -> Result<[Option<Vec<u8>>; 3], redb::Error> {
    let meta = match db.begin_read()?.open_table(META) {
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok([None, None, None]),
        meta => meta?,
    };
    let row = |key| Ok::<_, redb::Error>(meta.get(key)?.map(|row| row.value().to_vec()));
    Ok([row("format")?, row("run")?, row("session_secret")?])
}

fn make(db: &Database, run: &str, secret: &[u8]) -> Result<(), redb::Error> {
    let txn = db.begin_write()?;
    {
        let mut meta = txn.open_table(META)?;
        meta.insert("format", FORMAT)?;
        meta.insert("run", run.as_bytes())?;
        meta.insert("session_secret", secret)?;
    }
    txn.commit()?;
    add_tables(db)
}

/// From here on they are there, and reading need not ask.
fn add_tables(db: &Database) -> Result<(), redb::Error> {
    let txn = db.begin_write()?;
    drop(Tables::open(&txn)?);
    super::sessions::add_tables(&txn)?;
    Ok(txn.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BULK: TableDefinition<u64, &[u8]> = TableDefinition::new("bulk");

    #[test]
    fn a_file_that_has_become_empty_is_made_smaller_and_keeps_the_rest() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("areas.redb");
        let Opened { db, run, secret, .. } = in_file(&path).unwrap();
        let row = vec![7; 1000];
        let txn = db.begin_write().unwrap();
        for key in 0..4000 {
            txn.open_table(BULK).unwrap().insert(key, row.as_slice()).unwrap();
        }
        txn.commit().unwrap();
        // What is left lies scattered, so that redb by itself has little to cut off.
        let txn = db.begin_write().unwrap();
        txn.open_table(BULK).unwrap().retain(|key, _| key % 500 == 499).unwrap();
        txn.commit().unwrap();
        drop(db);
        let size = || std::fs::metadata(&path).unwrap().len();
        let before = size();
        let again = in_file_of(&path, before + 1).unwrap();
        assert_eq!((&again.run, &again.secret), (&run, &secret));
        drop(again);
        assert!(size() > before / 2, "not before it is worth it: {} of {before}", size());
        let again = in_file_of(&path, before / 2).unwrap();
        assert!(size() < before / 4, "{} of {before}", size());
        assert_eq!((again.run, again.secret), (run, secret));
        let bulk = again.db.begin_read().unwrap().open_table(BULK).unwrap();
        assert_eq!(bulk.get(3999).unwrap().unwrap().value(), row);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a folder/that is/not there/areas.redb");
        in_file(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
