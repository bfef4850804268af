//! A slot that goes to another node, in one go or held open half-way, as an operator moves it. Knows nothing of the product.

use crate::redis::cluster::nodes::RedisCluster;
use crate::redis::server::RedisServer;

/// Keys that go in one command, before others get their turn.
const AT_ONCE: usize = 3;

/// A slot on its way: one node gives it away, and the other one takes it. Stays so until it is closed.
pub struct OpenSlot<'a> {
    slot: String,
    from: &'a RedisServer,
    to: &'a RedisServer,
}

impl RedisCluster {
    pub fn open_slot_of(&self, key: &str, to: usize) -> OpenSlot<'_> {
        let (from, to) = (self.node(self.owner(key)), self.node(to));
        let slot = from.ask::<u16>(&["CLUSTER", "KEYSLOT", key]).to_string();
        to.say(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &id(from)]);
        from.say(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &id(to)]);
        OpenSlot { slot, from, to }
    }

    /// People go on meanwhile.
    pub async fn move_slot_of(&self, key: &str, to: usize) {
        let open = self.open_slot_of(key, to);
        loop {
            let left = open.left();
            if left.is_empty() {
                break;
            }
            open.carry(&left[..left.len().min(AT_ONCE)]);
            tokio::task::yield_now().await;
        }
        open.close();
    }
}

impl OpenSlot<'_> {
    /// The keys that have not moved yet.
    pub fn left(&self) -> Vec<String> {
        let mut left: Vec<String> = self.from.ask(&["CLUSTER", "GETKEYSINSLOT", &self.slot, "1000"]);
        left.sort();
        left
    }

    pub fn carry(&self, keys: &[String]) {
        let port = self.to.port().to_string();
        let migrate = ["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
        let command: Vec<&str> = migrate.into_iter().chain(keys.iter().map(String::as_str)).collect();
        self.from.say(&command);
    }

    /// All that is left goes too, and the slot is the other node's.
    pub fn close(self) {
        let left = self.left();
        if !left.is_empty() {
            self.carry(&left);
        }
        self.to.say(&["CLUSTER", "SETSLOT", &self.slot, "NODE", &id(self.to)]);
        self.from.say(&["CLUSTER", "SETSLOT", &self.slot, "NODE", &id(self.to)]);
    }
}

fn id(node: &RedisServer) -> String {
    node.ask(&["CLUSTER", "MYID"])
}
