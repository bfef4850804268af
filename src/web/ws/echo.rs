//! A socket that sends back what it gets, read and written as every other. No URL of the product leads here: a program of the tests
//! opens one, for a judge of the protocol whose cases need an echo. Knows nothing of areas.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, rt};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode};

use super::client::{End, end_of};
use super::open;
use super::wire::Wire;
use crate::web::{Web, patience};

/// A handler that echoes text and binary messages of at most `most` bytes; no session is needed, no limit of connections counts.
pub async fn echo(
    request: HttpRequest,
    body: Payload,
    web: Data<Web>,
    most: usize,
) -> Result<HttpResponse, actix_web::Error> {
    let (response, mut wire, mut stream) = open(&request, body, &web, most).await?;
    // It stands outside of the table, whose requests are watched until they become sockets.
    drop(patience::take_over(&request));
    rt::spawn(async move {
        if let End::Close(code, why) = back(&mut wire, &mut stream).await {
            wire.close(code, why).await;
        }
    });
    Ok(response)
}

/// Echoes until the connection ends.
async fn back(wire: &mut Wire, stream: &mut AggregatedMessageStream) -> End {
    loop {
        let sent = match stream.recv().await {
            Some(Ok(AggregatedMessage::Text(text))) => wire.text(text).await,
            Some(Ok(AggregatedMessage::Binary(bytes))) => wire.binary(bytes).await,
            Some(Ok(AggregatedMessage::Ping(data))) => wire.pong(&data).await,
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Close(_))) => return End::Close(CloseCode::Normal, ""),
            Some(Err(error)) => return end_of(&error),
            None => return End::Gone,
        };
        if sent.is_err() {
            return End::Gone;
        }
    }
}
