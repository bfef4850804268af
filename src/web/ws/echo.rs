//! A socket that sends back what it gets, read and written as every other. No URL of the product leads here: a program of the tests
//! opens one, for a judge of the protocol whose cases need an echo. Knows nothing of areas.

use std::rc::Rc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, rt};
use actix_ws::{AggregatedMessage, CloseCode, Message};

use super::accept;
use super::client::End;
use super::line::Line;
use crate::web::problem::WebError;
use crate::web::{Web, patience};

/// A handler that echoes text and binary messages of at most `most` bytes; no session is needed, no limit of connections counts.
pub async fn echo(request: HttpRequest, web: Data<Web>, most: usize) -> Result<HttpResponse, WebError> {
    let response = accept(&request, most, web.options.read_stall, |line| {
        rt::spawn(async move {
            if let Err(End::Close(code, why)) = back(&line).await {
                line.close(code, why).await;
            }
        });
    })?;
    // It stands outside of the table, whose requests are watched until they become sockets.
    drop(patience::take_over(&request));
    Ok(response)
}

/// Echoes until the connection ends; the result is always the end.
async fn back(line: &Rc<Line>) -> Result<(), End> {
    loop {
        line.flush().await?;
        // Nobody calls this line, for it is in no round.
        let Some(message) = line.wait(false).await else { continue };
        match message? {
            AggregatedMessage::Text(text) => line.text(text),
            AggregatedMessage::Binary(bytes) => line.message(Message::Binary(bytes)),
            AggregatedMessage::Ping(data) => line.message(Message::Pong(data)),
            AggregatedMessage::Pong(_) => {}
            AggregatedMessage::Close(_) => return Err(End::Close(CloseCode::Normal, "")),
        }
    }
}
