//! Two Redis stores on one real Redis, as two servers have them. A mark that is published after each call, on the same channel, tells
//! that all before it was heard: so the course, and not the network, decides what is heard when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::ground::{Ground, Sound, area};
use crate::domain::change::{Change, Done, Rules};
use crate::domain::event::{Heard, Notice};
use crate::domain::name::AreaName;
use crate::domain::owner::Owner;
use crate::domain::presence::{Claim, ClaimChange, ServerId};
use crate::domain::talk::{Chat, Message, NewRoom, Page, RoomView, Said};
use crate::store::redis::{RedisOptions, RedisStore};
use crate::store::{Head, Listener, Result, Snapshot, Store, Talk};

#[path = "../it/redis/port.rs"]
mod port;
#[path = "../it/redis/server.rs"]
#[expect(dead_code, reason = "what kills and stops a Redis is used by other tests")]
mod server;

use server::RedisServer;

/// Short enough to be waited for, long enough for some calls on a busy machine.
const RULES: Rules = Rules { lifetime: 40, ..Rules::UNBOUNDED };
/// Longer, no test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);
const MARK: &str = "mark";
/// All keys without an end, but for those that have none by design.
const ENDLESS: &str = "local endless = {}
    for _, key in ipairs(redis.call('KEYS', '*')) do
        if redis.call('PTTL', key) < 0 and key ~= 'expireKeys' and key ~= 'servers' then table.insert(endless, key) end
    end
    return endless";

/// What a server has heard since it was asked, and the last mark.
struct Queue {
    sounds: Mutex<Vec<Sound>>,
    marked: watch::Sender<u64>,
}

impl Listener for Queue {
    fn heard(&self, _: &AreaName, heard: Heard, text: &str) {
        match &heard {
            Heard::Notice(Notice::Here(change)) if change.server.0 == MARK => drop(self.marked.send_replace(change.v)),
            _ => self.sounds.lock().unwrap().push((heard, text.to_owned())),
        }
    }

    /// At the first connection, before anything was published.
    fn missed(&self, _: Option<&AreaName>) {}
}

/// Shared by the courses of a test.
pub struct OnRedis(Arc<Inner>);

struct Inner {
    redis: RedisServer,
    runtime: Runtime,
    servers: [(Arc<RedisStore>, Arc<Queue>); 2],
    marks: AtomicU64,
}

impl OnRedis {
    pub fn start() -> Self {
        let redis = RedisServer::start();
        let runtime = Runtime::new().expect("a runtime for the test");
        let open = async || {
            let store = RedisStore::new(&RedisOptions::new(redis.url()), RULES).expect("the URL is a good one");
            let queue = Arc::new(Queue { sounds: Mutex::default(), marked: watch::Sender::new(0) });
            store.listen(queue.clone());
            store.follow(&area()).await.expect("the area can be followed");
            (store, queue)
        };
        let servers = runtime.block_on(async { [open().await, open().await] });
        Self(Arc::new(Inner { redis, runtime, servers, marks: AtomicU64::new(0) }))
    }

    /// Without data, for another course.
    pub fn cleared(&self) -> Self {
        let _: () = self.0.redis.ask(&["FLUSHALL"]);
        for (_, queue) in &self.0.servers {
            queue.sounds.lock().unwrap().clear();
        }
        Self(self.0.clone())
    }

    fn store(&self, server: usize) -> &RedisStore {
        &self.0.servers[server].0
    }

    /// One call, and all that it published has been heard by both.
    fn call<T>(&self, call: impl Future<Output = T>) -> T {
        let mark = self.0.marks.fetch_add(1, Ordering::Relaxed) + 1;
        let step = ClaimChange { server: ServerId(MARK.to_owned()), v: mark, here: vec![], gone: vec![], watching: 0 };
        self.0.runtime.block_on(async {
            let result = call.await;
            self.store(0).report(&area(), &Claim::default(), &step).await.expect("Redis is there");
            for (_, queue) in &self.0.servers {
                let mut marked = queue.marked.subscribe();
                let heard = timeout(PATIENCE, marked.wait_for(|heard| *heard >= mark)).await;
                heard.expect("the mark is heard").expect("the queue is there");
            }
            result
        })
    }
}

impl Ground for OnRedis {
    fn lifetime(&self) -> u64 {
        RULES.lifetime
    }

    fn change(&mut self, server: usize, change: &Change) -> Result<Done> {
        self.call(self.store(server).change(change))
    }

    fn add_room(&mut self, server: usize, owner: &Owner, wish: &NewRoom) -> Result<RoomView> {
        self.call(self.store(server).add_room(&area(), owner, wish))
    }

    fn chat(&mut self, server: usize, chat: &Chat) -> Result<Said> {
        self.call(self.store(server).chat(chat))
    }

    fn messages(&mut self, server: usize, owner: &Owner, page: &Page) -> Result<Vec<Message>> {
        self.call(self.store(server).messages(&area(), owner, page))
    }

    fn snapshot(&mut self, server: usize, begin: bool) -> Snapshot {
        self.call(self.store(server).snapshot(&area(), begin)).expect("Redis is there")
    }

    fn expire(&mut self, server: usize) {
        self.call(self.store(server).expire(&area())).expect("Redis is there");
    }

    fn sweep(&mut self, server: usize) {
        self.call(self.store(server).sweep(0)).expect("Redis is there");
    }

    fn head(&mut self, server: usize) -> Head {
        self.call(self.store(server).heads(&[area()])).remove(0).expect("Redis is there")
    }

    /// Its clock is the machine's.
    fn rest(&mut self, ms: u64) {
        self.0.runtime.block_on(async { sleep(Duration::from_millis(ms)).await });
    }

    fn heard(&mut self, server: usize) -> Vec<Sound> {
        std::mem::take(&mut *self.0.servers[server].1.sounds.lock().unwrap())
    }

    fn endless_keys(&mut self) -> Vec<String> {
        self.0.redis.ask(&["EVAL", ENDLESS, "0"])
    }

    fn keep_for_ever(&mut self) {
        let _: i64 = self.0.redis.ask(&["PERSIST", "lunch:venues"]);
    }
}
