//! What comes in the body of a request: little, in time, and UTF-8.

use actix_web::web::Payload;
use tokio::time::timeout;

use super::Web;
use crate::protocol::FRAME_MAX_BYTES;
use crate::protocol::error::{Code, Problem};

/// A body of at most 16 KiB that is there in time.
pub async fn text(body: Payload, web: &Web) -> Result<String, Problem> {
    let late = |_| Problem::new(Code::BadMessage, "The request's body took too long.");
    let whole = timeout(web.options.body_timeout, body.to_bytes_limited(FRAME_MAX_BYTES)).await.map_err(late)?;
    let bytes = match whole {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return Err(Problem::new(Code::BadMessage, "The request's body could not be read.")),
        Err(_) => return Err(Problem::new(Code::TooLarge, "A request's body has at most 16 KiB.")),
    };
    String::from_utf8(bytes.into()).map_err(|_| Problem::new(Code::BadMessage, "A body is UTF-8."))
}
