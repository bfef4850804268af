//! A cluster behind a password and TLS: whichever node tells of the others, they are reached with what `redis.url` says.

use where_to_eat::store::redis::{RedisOptions, RedisStore};
use where_to_eat::store::{Store, StoreError};

use crate::contract::group::{Group, LONG};
use crate::redis::cluster::nodes::RedisCluster;
use crate::redis::tls::make_certificate;

const PASSWORD: &str = "correct-horse";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_node_is_reached_with_the_password_and_the_tls_of_the_url() {
    let dir = tempfile::tempdir().unwrap();
    make_certificate(dir.path());
    let file = |name: &str| dir.path().join(name).to_str().expect("a plain path").to_owned();
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    let cluster = RedisCluster::with(|spare| {
        let tls_port = spare.to_string();
        let files =
            [("tls-cert-file", &cert), ("tls-key-file", &key), ("tls-ca-cert-file", &cert), ("tls-port", &tls_port)];
        let plain = [("tls-auth-clients", "no"), ("tls-cluster", "yes"), ("tls-replication", "yes")];
        let secret = [("requirepass", PASSWORD), ("masterauth", PASSWORD)];
        let files = files.into_iter().map(|(name, value)| (name, value.as_str()));
        files.chain(plain).chain(secret).flat_map(|(name, value)| [name.to_owned(), value.to_owned()]).collect()
    });
    let (_, tls_port): (String, u16) = cluster.node(0).ask(&["CONFIG", "GET", "tls-port"]);
    let options = |password: &str| RedisOptions {
        cluster: true,
        ..RedisOptions::new(format!("rediss://:{password}@127.0.0.1:{tls_port}/#insecure"))
    };
    // Whichever node has them.
    for _ in 0..6 {
        let group = Group::meet(&options(PASSWORD), LONG).await;
        group.join("Ann").await;
        group.vote("Ann", "thai").await;
        group.assert_view_is_the_store().await;
    }
    let stranger = RedisStore::new(&options("wrong"), LONG).expect("the address is a good one");
    assert!(matches!(stranger.ping().await, Err(StoreError::Unavailable(_))));
}
