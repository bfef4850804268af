//! The listening server. Each connection speaks HTTP by way of actix-web, until a handler takes its socket over (`/ws`): with that, the
//! buffers and timers that HTTP needs are gone. Knows no URL.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_codec::{Encoder, Framed, FramedParts};
use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::h1::{self, Message};
use actix_http::{ConnectionType, HttpService, Request, Response};
use actix_server::Server;
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt, fn_factory, fn_service, map_config,
};
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::rt::net::TcpStream;
use actix_web::{Error, HttpRequest};
use bytes::BytesMut;
use futures_util::future::poll_fn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::patience::Patience;
use super::ws::Taken;

/// Who was refused a WebSocket has this long to take the answer.
const REFUSAL: Duration = Duration::from_secs(5);
/// Who was told that a connection ends has this long to end it too.
pub const LINGER: Duration = Duration::from_secs(1);

/// How to listen.
pub struct Listening {
    pub patience: Patience,
    /// Threads that serve.
    pub workers: usize,
    /// How long requests have to end, in whole seconds.
    pub shutdown: Duration,
}

/// What a handler leaves in its answer of status 101, so that it gets the socket once that answer is on its way.
pub struct TakeOver(Box<dyn FnOnce(Taken)>);

impl TakeOver {
    pub fn new(take: impl FnOnce(Taken) + 'static) -> Self {
        Self(Box::new(take))
    }
}

/// Serves the App that `pages` builds for each worker. An App is one service, and requests for a WebSocket are answered by a second one,
/// built alike: so they meet the same routes, middleware and checks.
pub fn serve<F, I, S, B>(how: &Listening, listener: TcpListener, pages: F) -> io::Result<Server>
where
    F: Fn() -> I + Clone + Send + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::InitError: fmt::Debug,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let patience = how.patience;
    let builder =
        Server::build().disable_signals().shutdown_timeout(how.shutdown.as_secs().max(1)).workers(how.workers);
    let ending = builder.graceful_shutdown_signal();
    let server = builder.listen("pages", listener, move || {
        let config = |()| AppConfig::default();
        let (pages, ending) = (pages.clone(), ending.clone());
        let for_sockets = pages.clone();
        let upgrade = fn_factory(move || {
            let built = map_config(for_sockets(), config).new_service(());
            async move {
                let pages = Rc::new(built.await?);
                Ok::<_, S::InitError>(fn_service(move |(request, connection)| {
                    let pages = pages.clone();
                    // Boxed: it would be a part of every connection's task.
                    Box::pin(async move {
                        answer(&*pages, request, connection).await;
                        Ok::<_, Error>(())
                    })
                }))
            }
        });
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .keep_alive(patience.keep_alive)
            .client_request_timeout(patience.head)
            .client_disconnect_timeout(LINGER)
            .tcp_nodelay(true)
            .local_addr(address)
            .on_connect_ext(move |connection: &TcpStream, data| patience.begin(connection, data))
            .upgrade(upgrade)
            .finish(map_config(pages().into_factory().map_err(|error| error.error_response()), config))
            .tcp()
    })?;
    Ok(server.run())
}

/// Answers a request for a WebSocket. The socket is the handler's if it says so; else the connection ends with the answer.
async fn answer<B: MessageBody + 'static>(
    pages: &impl Service<Request, Response = ServiceResponse<B>, Error = Error>,
    request: Request,
    connection: Framed<TcpStream, h1::Codec>,
) {
    let (request, mut response) = match pages.call(request).await.map(ServiceResponse::into_parts) {
        Ok((request, response)) => (Some(request), Response::from(response).map_into_boxed_body()),
        Err(error) => (None, Response::from(error)),
    };
    let take_over = response.extensions_mut().remove::<TakeOver>();
    let FramedParts { io: mut socket, mut codec, read_buf: unread, .. } = connection.into_parts();
    let Some(TakeOver(take)) = take_over else {
        if let Ok(Ok(())) = timeout(REFUSAL, refuse(response, &mut codec, &mut socket)).await {
            linger(socket).await;
        }
        return;
    };
    request.into_iter().for_each(forget);
    let mut answer = BytesMut::new();
    match codec.encode(Message::Item((response.drop_body(), BodySize::None)), &mut answer) {
        Ok(()) => take(Taken { socket, unread, answer: answer.freeze() }),
        Err(error) => tracing::error!(%error, "the answer to a handshake could not be written"),
    }
}

/// actix-web keeps requests to use them again, as they were: with some 7 KiB of headers, and the 8 KiB that these were read into. After a
/// handshake nobody else has the request: who takes a socket over has no use for it.
fn forget(request: HttpRequest) {
    *ServiceRequest::from_request(request).headers_mut() = HeaderMap::new();
}

/// Writes an answer that is the connection's last.
async fn refuse(mut response: Response<BoxBody>, codec: &mut h1::Codec, socket: &mut TcpStream) -> io::Result<()> {
    response.head_mut().set_connection_type(ConnectionType::Close);
    let (response, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    codec.encode(Message::Item((response, body.size())), &mut bytes)?;
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
        codec.encode(Message::Chunk(Some(chunk.map_err(|error| io::Error::other(error.to_string()))?)), &mut bytes)?;
        socket.write_all_buf(&mut bytes).await?;
    }
    codec.encode(Message::Chunk(None), &mut bytes)?;
    socket.write_all_buf(&mut bytes).await
}

/// Ends a connection whose last bytes are on their way: what still comes in is thrown away, for a socket that is closed with something
/// unread takes back what it has sent.
async fn linger(mut socket: TcpStream) {
    let rest = async {
        socket.shutdown().await?;
        let mut unread = [0; 1024];
        while socket.read(&mut unread).await? > 0 {}
        io::Result::Ok(())
    };
    // Whoever does not end it by then has it ended.
    let _ = timeout(LINGER, rest).await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::http::header::{HeaderName, HeaderValue};
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, HttpResponse, web};
    use bytes::Bytes;

    use super::*;

    #[actix_web::test]
    async fn a_request_that_is_kept_for_its_next_use_keeps_nothing_of_what_was_read_for_a_handshake() {
        let pages = init_service(App::new().route("/", web::get().to(HttpResponse::Ok))).await;
        let read: Arc<[u8]> = Arc::from(*b"what was read");
        let value = HeaderValue::from_maybe_shared(Bytes::from_owner(read.clone())).unwrap();
        let asked = TestRequest::get().insert_header((HeaderName::from_static("x-read"), value)).to_request();
        let (request, _) = pages.call(asked).await.unwrap().into_parts();
        assert_eq!(Arc::strong_count(&read), 2);
        forget(request);
        assert_eq!(Arc::strong_count(&read), 1);
    }
}
