//! How long a connection may take from one answer to the whole head of its next request. actix-web limits the first head and
//! the silence after an answer; half a head after an answer, or a body that nobody reads, it would wait for as long as it drips.

use std::any::Any;
use std::net::Shutdown;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::rt::{self, net::TcpStream};
use socket2::{SockRef, Socket};
use tokio::time::{Instant as Timer, sleep_until};

/// Over the time for which a silent connection is kept, which actix-web sees to.
const BEYOND_SILENCE: Duration = Duration::from_secs(1);
/// Over our own limit for a peer that takes nothing: so it is ours that comes first, and is counted.
const BEYOND_STALL: Duration = Duration::from_secs(5);

/// The limits of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A silent connection is kept so long after an answer.
    pub keep_alive: Duration,
    /// A head has to be there by then.
    pub head: Duration,
    /// A peer that takes nothing is given up by then; none: not at all.
    pub stall: Option<Duration>,
}

/// One connection, as long as it is open and speaks HTTP.
struct Connection {
    waiting: Mutex<Waiting>,
}

struct Waiting {
    /// A second handle; none once a WebSocket or an event stream has taken over, which have limits of their own.
    socket: Option<Socket>,
    /// Since when the next request is awaited; none while one is answered.
    since: Option<Instant>,
}

impl Patience {
    /// Called for each new connection: what the operating system is to do for it, and what is to be watched.
    pub fn begin(self, connection: &dyn Any, data: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
        let socket = SockRef::from(stream);
        // Only a bound that the kernel adds to our own: without it, the connection is still closed by the pings.
        if let Err(error) = socket.set_tcp_user_timeout(self.stall.map(|stall| stall + BEYOND_STALL)) {
            tracing::debug!(%error, "no limit for unread data");
        }
        match socket.try_clone() {
            Ok(socket) => {
                let waiting = Waiting { socket: Some(socket), since: Some(Instant::now()) };
                let connection = Arc::new(Connection { waiting: Mutex::new(waiting) });
                rt::spawn(watch(Arc::downgrade(&connection), self.head.max(self.keep_alive + BEYOND_SILENCE)));
                data.insert(connection);
            }
            // Out of file handles: then it is served without this limit rather than not at all.
            Err(error) => tracing::warn!(%error, "a connection is not watched"),
        }
    }
}

/// Notes when a request comes and when it is answered.
pub async fn note(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let connection = request.conn_data::<Arc<Connection>>().cloned();
    let note = |waiting: &dyn Fn(&mut Waiting)| {
        if let Some(connection) = &connection {
            waiting(&mut connection.waiting.lock().expect("a short lock"));
        }
    };
    note(&|waiting| waiting.since = None);
    let response = next.call(request).await;
    let upgraded = response.as_ref().is_ok_and(|response| response.status() == StatusCode::SWITCHING_PROTOCOLS);
    note(&|waiting| match upgraded {
        true => waiting.socket = None,
        false => waiting.since = Some(Instant::now()),
    });
    response
}

/// Leaves the connection to an answer without an end, which has limits of its own. None if it was not watched.
pub fn take_over(request: &HttpRequest) -> Option<Socket> {
    request.conn_data::<Arc<Connection>>()?.waiting.lock().expect("a short lock").socket.take()
}

/// Ends what takes longer than `most`.
async fn watch(connection: Weak<Connection>, most: Duration) {
    while let Some(open) = connection.upgrade() {
        let wake = {
            let waiting = open.waiting.lock().expect("a short lock");
            let Some(socket) = &waiting.socket else { return };
            let over = waiting.since.unwrap_or_else(Instant::now) + most;
            if over <= Instant::now() {
                metrics::counter!("wte_connections_late_total").increment(1);
                // What is still to be written is written; then, with nothing to read any more, the connection ends.
                let _ = socket.shutdown(Shutdown::Read);
                return;
            }
            over
        };
        drop(open);
        sleep_until(Timer::from_std(wake)).await;
    }
}
