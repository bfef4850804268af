//! Where Redis is and how it is spoken to. Knows nothing of what is asked there.

use std::time::Duration;

use redis::io::tcp::TcpSettings;
use redis::{AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisError};

use super::request::Wait;

/// What the settings have as their defaults, too.
const CONNECT: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_millis(1500);
/// Connections for commands. Each carries any number of commands at once; a second one lets small answers pass a large
/// one. With the one for pub/sub that makes 3 a process, of the 20 that the smallest hosted Redis allows in all.
const CONNECTIONS: usize = 2;

/// How to reach Redis.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://` or `rediss://` (TLS; `#insecure` at its end takes a self-signed certificate); may hold a password.
    pub url: String,
    /// Whether it is a cluster, of which `url` is one node.
    pub cluster: bool,
    /// More nodes of the cluster, as `HOST:PORT`; the password and TLS are as in `url`. Any one that answers tells of the others.
    pub nodes: Vec<String>,
    /// The answer to a change waits for so many replicas.
    pub wait_replicas: u32,
    /// Connections for commands, beside the one for pub/sub; at least one. With `wait_replicas` as many more, in a cluster for
    /// each primary.
    pub connections: usize,
    /// Until a connection stands, with its handshake; less than a call's limit, so that a call can outlast one attempt.
    pub connect: Duration,
    /// For one answer. A half-open connection shows by nothing else.
    pub answer: Duration,
    /// Whether `rediss://` without `#insecure` needs a certificate that somebody known has signed.
    pub verify_certificate: bool,
}

impl RedisOptions {
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        Self {
            url,
            cluster: false,
            nodes: Vec::new(),
            wait_replicas: 0,
            connections: CONNECTIONS,
            connect: CONNECT,
            answer: ANSWER,
            verify_certificate: true,
        }
    }

    /// Limits for a connection.
    pub(super) fn limits(&self) -> AsyncConnectionConfig {
        AsyncConnectionConfig::new().set_connection_timeout(Some(self.connect)).set_response_timeout(Some(self.answer))
    }

    /// The server's address and how to speak to it; an error says what is wrong with the URL, without showing it.
    pub(super) fn server(&self) -> Result<ConnectionInfo, BadUrl> {
        let any_certificate = !self.verify_certificate && self.url.starts_with("rediss:") && !self.url.contains('#');
        let url = if any_certificate { format!("{}#insecure", self.url) } else { self.url.clone() };
        let info = url.as_str().into_connection_info()?;
        // Nagle's algorithm would let a small command wait 40 ms for the answer to the one before.
        Ok(info.set_tcp_settings(TcpSettings::default().set_nodelay(true)))
    }

    /// Another node of the same cluster.
    pub(super) fn at(&self, (host, port): &(String, u16)) -> Result<ConnectionInfo, BadUrl> {
        let info = self.server()?;
        let (host, port) = (host.clone(), *port);
        let address = match info.addr().clone() {
            ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure, tls_params }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        Ok(info.set_addr(address))
    }

    /// Where to begin to look for the cluster.
    pub(super) fn seeds(&self) -> Result<Vec<(String, u16)>, BadUrl> {
        let own = match self.server()?.addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => Some((host.clone(), *port)),
            _ => None,
        };
        let more = self.nodes.iter().filter_map(|node| {
            let (host, port) = node.rsplit_once(':')?;
            Some((host.trim_matches(['[', ']']).to_owned(), port.parse().ok()?))
        });
        Ok(own.into_iter().chain(more).collect())
    }

    /// What a change waits for; less than the time of an answer, so that too few replicas is not taken for a dead connection, and
    /// less than half of a call's limit: a node that had to be sent the script's text has waited once already by then.
    pub(super) fn wait(&self) -> Option<Wait> {
        (self.wait_replicas > 0).then(|| Wait { replicas: self.wait_replicas, limit: self.answer * 2 / 5 })
    }
}

impl std::fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisOptions").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// The URL of Redis cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "The URL of Redis cannot be used: {0}. It looks like redis://HOST:PORT or rediss://:PASSWORD@HOST:PORT/#insecure."
)]
pub struct BadUrl(#[from] pub(super) RedisError);

/// The same server, spoken to in the protocol that brings messages beside answers.
pub fn with_push(server: ConnectionInfo) -> ConnectionInfo {
    let settings = server.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    server.set_redis_settings(settings)
}

/// TLS needs somebody who does the sums. Once a process, before the first connection; who was first stays.
pub fn prepare_tls() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
