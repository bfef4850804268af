//! Redis as a test looks into it, for tests that hold on one server and in a cluster: where an area is, and how its keys are written.

use where_to_eat::domain::name::AreaName;

use crate::contract::Ground;
use crate::redis::cluster::nodes::RedisCluster;
use crate::redis::server::RedisServer;

pub trait Inside: Ground + Sized {
    /// The command that tells who follows a channel.
    const PUBLISH: &'static str;

    /// The server that has the area's keys.
    fn at(&self, area: &AreaName) -> &RedisServer;

    fn key(&self, area: &AreaName, part: &str) -> String;
}

impl Inside for RedisServer {
    const PUBLISH: &'static str = "PUBLISH";

    fn at(&self, _: &AreaName) -> &RedisServer {
        self
    }

    fn key(&self, area: &AreaName, part: &str) -> String {
        format!("{area}:{part}")
    }
}

impl Inside for RedisCluster {
    const PUBLISH: &'static str = "SPUBLISH";

    fn at(&self, area: &AreaName) -> &RedisServer {
        self.node(self.owner(&self.key(area, "epoch")))
    }

    fn key(&self, area: &AreaName, part: &str) -> String {
        format!("{{{area}}}:{part}")
    }
}
