//! Redis behind TLS with a certificate that nobody signed, as hosted ones have it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use where_to_eat::store::redis::{RedisOptions, RedisStore};
use where_to_eat::store::{Store, StoreError};

use crate::contract::ears::Ears;
use crate::contract::group::{LONG, join, new_area};
use crate::redis::port::Port;
use crate::redis::server::RedisServer;

pub fn make_certificate(dir: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=redis.invalid"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(dir)
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl is installed").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_self_signed_certificate_is_taken_only_where_the_url_says_so() {
    let dir = tempfile::tempdir().unwrap();
    make_certificate(dir.path());
    let file = |name: &str| dir.path().join(name).to_str().expect("a plain path").to_owned();
    let port = Port::take();
    let tls_port = port.number().to_string();
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    let _server = RedisServer::with(&[
        "save",
        "",
        "tls-port",
        &tls_port,
        "tls-cert-file",
        &cert,
        "tls-key-file",
        &key,
        "tls-auth-clients",
        "no",
    ]);
    let open = |end: &str| {
        let url = format!("rediss://127.0.0.1:{tls_port}/{end}");
        RedisStore::new(&RedisOptions::new(url), LONG).expect("the URL is a good one")
    };
    let (store, area, ears) = (open("#insecure"), new_area(), Arc::new(Ears::default()));
    store.listen(ears.clone());
    store.follow(&area).await.expect("pub/sub too");
    let owner = where_to_eat::domain::owner::Owner::of("Ann");
    let change = where_to_eat::domain::change::Change { area, owner, held: None, n: None, act: join("Ann") };
    let done = store.change(&change).await.unwrap();
    ears.until_seq(&change.area, &done.epoch, done.seq).await;
    assert!(matches!(open("").ping().await, Err(StoreError::Unavailable(_))), "nobody signed it");
    let url = format!("rediss://127.0.0.1:{tls_port}");
    let any = RedisOptions { verify_certificate: false, ..RedisOptions::new(url) };
    RedisStore::new(&any, LONG).unwrap().ping().await.expect("a host's own certificate will do where it is to");
}

#[tokio::test]
async fn a_bad_url_is_told_without_its_password() {
    for bad in [
        "",
        "redis",
        "http://:secret@host/",
        "rediss://:secret@host/#unknown",
        "redis://:secret@host:port/",
        "redis://:secret@host/secret",
    ] {
        let error = RedisStore::new(&RedisOptions::new(bad), LONG).err().expect(bad).to_string();
        assert!(error.starts_with("The URL of Redis cannot be used: ") && !error.contains("secret"), "{error}");
    }
    let options = RedisOptions::new("redis://:secret@host/");
    assert!(!format!("{options:?}").contains("secret"));
}
