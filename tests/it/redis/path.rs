//! A way to Redis that can go silent: what is open stays open, and nothing comes through it any more, as when a router
//! forgets a connection. Knows nothing of what it carries.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub struct Path {
    port: u16,
    target: Arc<AtomicU16>,
    /// Connections opened before the latest number carry nothing.
    age: watch::Sender<u64>,
    task: AbortHandle,
}

impl Path {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has free ports");
        let own = listener.local_addr().expect("it is bound").port();
        let (age, ages) = watch::channel(0);
        let target = Arc::new(AtomicU16::new(port));
        let current = target.clone();
        let task = tokio::spawn(async move {
            while let Ok((inner, _)) = listener.accept().await {
                if let Ok(outer) = TcpStream::connect((Ipv4Addr::LOCALHOST, current.load(Ordering::SeqCst))).await {
                    tokio::spawn(carry(inner, outer, ages.clone()));
                }
            }
        });
        Self { port: own, target, age, task: task.abort_handle() }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What is opened from now on leads to another server, as when an address is moved.
    pub fn lead_to(&self, port: u16) {
        self.target.store(port, Ordering::SeqCst);
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// All that is open now goes silent for ever; what is opened later works.
    pub fn forget_connections(&self) {
        self.age.send_modify(|age| *age += 1);
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut inner: TcpStream, mut outer: TcpStream, mut ages: watch::Receiver<u64>) {
    let opened = *ages.borrow();
    let forgotten = async { ages.wait_for(|age| *age > opened).await.is_ok() };
    let is_forgotten = tokio::select! {
        _ = copy_bidirectional(&mut inner, &mut outer) => false,
        forgotten = forgotten => forgotten,
    };
    if is_forgotten {
        // Neither end is told: both stay open until the runtime ends.
        std::future::pending::<()>().await;
    }
}
