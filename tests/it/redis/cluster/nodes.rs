//! A real Redis Cluster of a test's own: three primaries with a replica each, on free ports of loopback. Knows nothing of the product
//! but how it is told of a cluster.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use redis::FromRedisValue;
use where_to_eat::store::redis::RedisOptions;

use crate::redis::port::Port;
use crate::redis::server::RedisServer;

/// Slots of a cluster, by the protocol.
const SLOTS: u16 = 16_384;
const PRIMARIES: usize = 3;
/// Nodes tell each other by gossip, some times a second; a busy machine is no failure.
const FORM_LIMIT: Duration = Duration::from_secs(60);
/// How long a node is silent before the others replace it, in ms: short for tests, long enough for a busy machine.
const NODE_TIMEOUT: &str = "2000";

pub struct RedisCluster {
    /// The first three began as primaries, the next three as their replicas, in the same order.
    nodes: Vec<RedisServer>,
    /// Of each node, beside the one that it is asked at: for the nodes' own talk, and a spare one.
    _ports: Vec<[Port; 2]>,
}

impl RedisCluster {
    pub fn start() -> Self {
        Self::with(|_| Vec::new())
    }

    /// With more options for each node (name, value, name, value), which are given the node's spare port.
    pub fn with(more: impl Fn(u16) -> Vec<String> + Sync) -> Self {
        let start = || {
            let (bus, spare) = (Port::take(), Port::take());
            let (bus_port, more) = (bus.number().to_string(), more(spare.number()));
            let options = ["save", "", "cluster-enabled", "yes", "cluster-port", &bus_port];
            let timeout = ["cluster-node-timeout", NODE_TIMEOUT, "repl-diskless-sync-delay", "0"];
            let more: Vec<&str> = more.iter().map(String::as_str).collect();
            let mut node = RedisServer::absent(&[&options[..], &timeout[..], &more[..]].concat());
            node.bring_up();
            (node, [bus, spare])
        };
        let started: Vec<(RedisServer, [Port; 2])> = scope(|scope| {
            let threads: Vec<_> = (0..2 * PRIMARIES).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().expect("redis-server starts")).collect()
        });
        for (number, (node, _)) in started.iter().enumerate() {
            node.say(&["CLUSTER", "SET-CONFIG-EPOCH", &(number + 1).to_string()]);
        }
        let part = SLOTS / 3 + 1;
        for (number, (node, _)) in (0_u16..).zip(&started[..PRIMARIES]) {
            let (first, last) = (number * part, ((number + 1) * part).min(SLOTS) - 1);
            node.say(&["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]);
        }
        // Everybody meets everybody: gossip would get there too, later.
        for (one, (node, _)) in started.iter().enumerate() {
            for (other, [bus, _]) in &started[one + 1..] {
                node.say(&["CLUSTER", "MEET", "127.0.0.1", &other.port().to_string(), &bus.number().to_string()]);
            }
        }
        let (nodes, ports) = started.into_iter().unzip();
        let cluster = Self { nodes, _ports: ports };
        wait("all nodes know each other", || {
            cluster.nodes.iter().all(|node| {
                let known = node.tells("CLUSTER NODES");
                known.matches(" connected").count() == 2 * PRIMARIES && !known.contains("handshake")
            })
        });
        for (primary, replica) in cluster.nodes.iter().zip(&cluster.nodes[PRIMARIES..]) {
            let id: String = primary.ask(&["CLUSTER", "MYID"]);
            replica.say(&["CLUSTER", "REPLICATE", &id]);
        }
        cluster.assert_well();
        cluster
    }

    /// Waits until every slot is served and every primary that runs has a replica that follows.
    pub fn assert_well(&self) {
        wait("the cluster is whole", || {
            self.nodes.iter().all(|node| {
                node.tells("CLUSTER INFO").contains("cluster_state:ok")
                    && (!is_replica(node) || node.tells("INFO replication").contains("master_link_status:up"))
            })
        });
        wait("replicas are seen by all", || {
            self.nodes.iter().all(|node| {
                node.tells("CLUSTER NODES").matches(" slave ").count()
                    + node.tells("CLUSTER NODES").matches("myself,slave").count()
                    == PRIMARIES
            })
        });
    }

    /// The product's settings; it is told of two nodes and finds the others.
    pub fn options(&self) -> RedisOptions {
        RedisOptions {
            cluster: true,
            nodes: vec![format!("127.0.0.1:{}", self.nodes[1].port())],
            ..RedisOptions::new(self.nodes[0].url())
        }
    }

    /// As in the setting `redis.nodes`.
    pub fn addresses(&self) -> String {
        self.nodes[..2].iter().map(|node| format!("127.0.0.1:{}", node.port())).collect::<Vec<_>>().join(",")
    }

    /// The number of the primary that has the key.
    pub fn owner(&self, key: &str) -> usize {
        let has = |node: &RedisServer| !is_replica(node) && node.try_ask::<bool>(&["EXISTS", key]).is_ok();
        self.nodes.iter().position(has).expect("every slot has an owner")
    }

    pub fn node(&self, number: usize) -> &RedisServer {
        &self.nodes[number]
    }

    /// Of a primary that is one since the beginning.
    pub fn replica_of(&self, primary: usize) -> &RedisServer {
        &self.nodes[primary + PRIMARIES]
    }

    pub fn kill(&mut self, number: usize) {
        self.nodes[number].kill();
    }

    /// Brings a primary back that was killed, once its replica has taken its place: earlier it would come back empty, and as what it was.
    pub fn revive(&mut self, primary: usize) {
        wait("its replica has replaced it", || !is_replica(self.replica_of(primary)));
        self.nodes[primary].bring_up();
    }

    pub fn primaries(&self) -> impl Iterator<Item = &RedisServer> {
        self.nodes.iter().filter(|node| !is_replica(node))
    }
}

fn is_replica(node: &RedisServer) -> bool {
    node.tells("INFO replication").contains("role:slave")
}

/// Blocks its thread; tests of a cluster wait for processes more than for anything else.
pub fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + FORM_LIMIT;
    while !is_so() {
        assert!(Instant::now() < until, "it never came about that {what}");
        #[expect(clippy::disallowed_methods, reason = "gossip between processes has no event to wait for")]
        sleep(Duration::from_millis(20));
    }
}

/// Short words for what a node is asked.
impl RedisServer {
    /// The answer is OK.
    pub fn say(&self, command: &[&str]) {
        assert_eq!(self.ask::<String>(command), "OK", "{command:?}");
    }

    /// A command without spaces in its parts, and its text; empty from a node that is away.
    pub fn tells(&self, command: &str) -> String {
        self.answer(command).unwrap_or_default()
    }

    pub fn answer<T: FromRedisValue>(&self, command: &str) -> redis::RedisResult<T> {
        self.try_ask(&command.split(' ').collect::<Vec<_>>())
    }
}
