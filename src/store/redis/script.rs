//! The Lua scripts, put together from their files, and how one is called. Knows neither keys nor answers.

use std::sync::LazyLock;

use redis::{Cmd, Value};

/// One atomic step, run by Redis.
pub struct Script {
    code: &'static str,
    sha1: String,
}

impl Script {
    fn new(code: &'static str) -> Self {
        Self { code, sha1: redis::Script::new(code).get_hash().to_owned() }
    }
}

/// With the first line that Redis 7 wants: a script without `allow-oom` is refused as a whole when Redis is full, and
/// never half run.
macro_rules! script {
    ($name:ident, $first_line:literal, $($file:literal),+) => {
        pub static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!($first_line, "\n", $(include_str!(concat!("scripts/", $file))),+)));
    };
}

/// What changes something for a person: refused when Redis is full.
macro_rules! change {
    ($name:ident, $($file:literal),+) => {
        script!(
            $name,
            "#!lua",
            "shared/given.lua",
            "shared/texts.lua",
            "shared/users.lua",
            "shared/rooms.lua",
            "shared/life.lua",
            "shared/owner.lua",
            $($file),+
        );
    };
}

/// A change whose usual case is told apart: that part answers, or leaves all as it is to the rest.
macro_rules! act {
    ($name:ident, $usual:literal, $file:literal) => {
        script!(
            $name,
            "#!lua",
            "shared/given.lua",
            "shared/short.lua",
            "shared/usual.lua",
            $usual,
            "shared/texts.lua",
            "shared/users.lua",
            "shared/rooms.lua",
            "shared/life.lua",
            "shared/owner.lua",
            $file
        );
    };
}

/// What reads, and what makes room: allowed when Redis is full.
macro_rules! look {
    ($name:ident, $($file:literal),+) => {
        script!(
            $name,
            "#!lua flags=allow-oom",
            "shared/given.lua",
            "shared/texts.lua",
            "shared/users.lua",
            "shared/rooms.lua",
            "shared/life.lua",
            $($file),+
        );
    };
}

act!(JOIN, "join_usual.lua", "join.lua");
act!(VOTE, "vote_usual.lua", "vote.lua");
script!(VOTES, "#!lua", "shared/given.lua", "shared/short.lua", "votes_usual.lua");
change!(WITHDRAW, "withdraw.lua");
change!(LEAVE, "leave.lua");
change!(HAND_OVER, "hand_over.lua");
change!(CHAT, "shared/talk.lua", "chat.lua");
change!(ROOM, "shared/talk.lua", "room.lua");
look!(SNAPSHOT, "snapshot.lua");
look!(ME, "me.lua");
look!(EXPIRE, "expire.lua");
look!(SWEEP, "sweep.lua");
look!(ROOMS, "shared/talk.lua", "rooms.lua");
look!(MESSAGES, "shared/talk.lua", "messages.lua");
look!(DISCARD, "discard.lua");
script!(REPORT, "#!lua flags=allow-oom", "report.lua");
script!(HEARTBEAT, "#!lua flags=allow-oom", "heartbeat.lua");
script!(WALK, "#!lua flags=allow-oom", "walk.lua");
script!(LEASE, "#!lua flags=allow-oom", "lease.lua");
// Allowed when Redis is full: that is when one looks, and what is kept of a server has a bound.
script!(SAMPLE, "#!lua flags=allow-oom", "sample.lua");
script!(SAMPLED, "#!lua flags=allow-oom,no-writes", "sampled.lua");
script!(SAMPLES_OF, "#!lua flags=allow-oom", "samples_of.lua");
script!(ACCOUNT_ADD, "#!lua", "account/add.lua");
script!(ACCOUNT_READ, "#!lua flags=allow-oom", "account/read.lua");
script!(ACCOUNT_CHANGE, "#!lua", "account/change.lua");
script!(ACCOUNT_REPLACE, "#!lua", "account/left.lua", "account/replace.lua");
script!(ACCOUNT_DELETE, "#!lua flags=allow-oom", "account/left.lua", "account/delete.lua");
script!(ACCOUNT_RENEW, "#!lua flags=allow-oom", "account/renew.lua");
script!(ACCOUNT_ENTER, "#!lua", "account/enter.lua");
script!(ACCOUNT_SESSIONS, "#!lua flags=allow-oom", "account/sessions.lua");
script!(ACCOUNT_TRY, "#!lua", "account/try.lua");
script!(SESSION_BEGIN, "#!lua", "account/session_begin.lua");
script!(SESSION_USE, "#!lua flags=allow-oom", "account/session_use.lua");
script!(SESSION_REVOKE, "#!lua flags=allow-oom", "account/session_revoke.lua");

/// A script with its keys and arguments, ready to be sent.
pub struct Call {
    script: &'static Script,
    keys: Texts,
    args: Texts,
}

/// One after the other in one piece of memory: a vote has some thirty of them.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.ends.push(self.bytes.len());
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }
}

impl Call {
    pub fn new(script: &'static Script) -> Self {
        Self { script, keys: Texts::default(), args: Texts::default() }
    }

    /// With keys as they are.
    pub fn on<K: AsRef<str>>(script: &'static Script, keys: impl IntoIterator<Item = K>) -> Self {
        keys.into_iter().fold(Self::new(script), |call, key| call.key([key.as_ref()]))
    }

    /// One more key, in its parts.
    pub fn key<const PARTS: usize>(mut self, parts: [&str; PARTS]) -> Self {
        self.keys.push(&parts.map(str::as_bytes));
        self
    }

    /// The first key; the others are where that one is.
    pub fn first_key(&self) -> String {
        self.keys.iter().next().map(|key| String::from_utf8_lossy(key).into_owned()).unwrap_or_default()
    }

    pub fn arg(mut self, arg: impl AsRef<[u8]>) -> Self {
        self.args.push(&[arg.as_ref()]);
        self
    }

    /// Short, for a node that knows the script. `run` is that node's, or empty.
    pub fn by_digest(&self, run: &str) -> Cmd {
        self.command("EVALSHA", &self.script.sha1, run)
    }

    /// With the text instead of a load beforehand: nothing can be forgotten in between.
    pub fn by_text(&self, run: &str) -> Cmd {
        self.command("EVAL", self.script.code, run)
    }

    fn command(&self, command: &str, script: &str, run: &str) -> Cmd {
        let texts = || self.keys.iter().chain(self.args.iter());
        // The command, the script, how many keys there are, and the run.
        let bytes = command.len() + script.len() + self.keys.bytes.len() + self.args.bytes.len() + run.len() + 8;
        let mut cmd = Cmd::with_capacity(4 + texts().count(), bytes);
        cmd.arg(command).arg(script).arg(self.keys.ends.len());
        for text in texts() {
            cmd.arg(text);
        }
        cmd.arg(run);
        cmd
    }

    /// One round trip; a second one only if Redis has forgotten the script (or never knew it).
    pub async fn send(&self, connection: &mut impl redis::aio::ConnectionLike, run: &str) -> redis::RedisResult<Value> {
        match self.by_digest(run).query_async(connection).await {
            Err(error) if is_forgotten(&error) => self.by_text(run).query_async(connection).await,
            answer => answer,
        }
    }
}

/// Whether Redis does not know the script, and is to be sent its text.
pub fn is_forgotten(error: &redis::RedisError) -> bool {
    let forgotten = error.code() == Some("NOSCRIPT");
    metrics::counter!("wte_redis_scripts_loaded_total").increment(u64::from(forgotten));
    forgotten
}
