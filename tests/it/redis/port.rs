//! A port of loopback that is a test's own. Knows nothing of who listens there.

use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// Given to nobody else until it is dropped, also while whoever listens there is not there yet, or was killed: another test's
/// process there would be taken for it.
pub struct Port {
    number: u16,
    /// Bound and never listened on: whoever names the port may listen there (as servers do, with SO_REUSEADDR), and the system gives it
    /// to nobody who asks for any port. A child does not inherit it.
    _held: Socket,
}

impl Port {
    pub fn take() -> Self {
        let held = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        held.set_reuse_address(true).expect("a socket can be told so");
        held.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("loopback has free ports");
        let at = held.local_addr().ok().and_then(|at| at.as_socket()).expect("it is bound");
        Self { number: at.port(), _held: held }
    }

    pub fn number(&self) -> u16 {
        self.number
    }
}
