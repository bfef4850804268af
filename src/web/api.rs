//! The REST calls, on the same hub as the sockets: extract, call one room, render.

use std::time::Instant;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::problem::WebError;
use super::session::{Gift, Session};
use super::{Web, acts, body, limits, origin};
use crate::domain::Millis;
use crate::domain::change::{Act, Change, Done};
use crate::domain::name::AreaName;
use crate::protocol::INTEGER_MAX;
use crate::protocol::client::Fields;
use crate::protocol::error::{Code, Problem};
use crate::protocol::server::{Acts, Changed, Joined, MeAnswer, Updates};
use crate::venues::{Question, RawQuestion, VenueError};

type Answer = Result<HttpResponse, WebError>;

/// `POST /api/session`: a cookie, if there is none that is valid. `fresh` says which: a browser to which that happens twice in a
/// row refuses cookies.
pub async fn session(request: HttpRequest, web: Data<Web>) -> Answer {
    let gift = Gift::choose(&request, &web).await?;
    let mut response = fresh(&serde_json::json!({"fresh": gift.fresh}));
    gift.put_on(&mut response)?;
    Ok(response)
}

/// `GET /api/areas/AREA`
pub async fn area(request: HttpRequest, path: Path<String>, web: Data<Web>) -> Answer {
    limits::look(&request, &web)?;
    let name = AreaName::parse(&path)?;
    let stale_since = web.hub.stale_since(&name);
    let look = web.hub.look(&name, |sight| {
        fresh(&Updates { stale_since, ..Updates::new(&name, sight.state, sight.online, sight.watching) })
    });
    Ok(look.await?)
}

/// `GET /api/areas/AREA/activity`
pub async fn activity(request: HttpRequest, path: Path<String>, web: Data<Web>) -> Answer {
    limits::look(&request, &web)?;
    let area = AreaName::parse(&path)?;
    let (since, acts) = web.hub.activity(&area).await?;
    Ok(fresh(&Acts { area: &area, epoch: &since.epoch, seq: since.seq, acts: &acts }))
}

/// `GET /api/venues?ll=LAT,LNG&query=TEXT&near=TEXT&limit=N`
pub async fn venues(question: Query<RawQuestion>, web: Data<Web>, session: Session) -> Answer {
    let question = Question::parse(question.into_inner()).map_err(VenueError::from)?;
    let answer = web.venues.search(session.owner().digits().as_str(), question).await?;
    Ok(fresh(&answer))
}

/// What `getMe` answers on a socket, and what the ack of `watch` says there: the store's time.
#[derive(Serialize)]
struct MeNow<'a> {
    #[serde(flatten)]
    me: MeAnswer<'a>,
    at: Millis,
}

/// `GET /api/areas/AREA/me`
pub async fn me(request: HttpRequest, path: Path<String>, web: Data<Web>, session: Session) -> Answer {
    limits::look(&request, &web)?;
    let area = AreaName::parse(&path)?;
    let done = web.hub.me(&area, &session.owner()).await?;
    Ok(fresh(&MeNow { me: MeAnswer::new(Some(&area), done.me.as_ref()), at: done.at }))
}

/// `PUT /api/areas/AREA/me`
pub async fn put_me(
    request: HttpRequest,
    path: Path<String>,
    body: Payload,
    web: Data<Web>,
    session: Session,
) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = Fields::read(&body)?;
    let (username, img) = fields.who()?;
    let act = Act::Join { username: username.clone(), img: img.clone() };
    let change = wish(&web, &path, &session, fields.n()?, act)?;
    let done = acts::change(&web, &change, origin::address(&request, &web)).await?;
    Ok(fresh(&Joined::new(&done, &username, &img)))
}

/// `PUT /api/areas/AREA/vote`
pub async fn put_vote(
    request: HttpRequest,
    path: Path<String>,
    body: Payload,
    web: Data<Web>,
    session: Session,
) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = Fields::read(&body)?;
    let act = Act::Vote(fields.pick()?);
    changed(&request, &web, &wish(&web, &path, &session, fields.n()?, act)?).await
}

/// `n` of a DELETE, which need not have a body.
#[derive(Deserialize)]
pub struct Beside {
    n: Option<u64>,
}

impl Beside {
    /// The body's, or else the address's.
    fn n(&self, body: &str) -> Result<Option<u64>, WebError> {
        let n = Fields::read(body)?.n()?.or(self.n);
        if n.is_some_and(|n| n > INTEGER_MAX) {
            return Err(Problem::new(Code::BadMessage, "n is a whole number of at most 53 bits.").into());
        }
        Ok(n)
    }
}

/// `DELETE /api/areas/AREA/me`
pub async fn delete_me(
    request: HttpRequest,
    path: Path<String>,
    beside: Query<Beside>,
    body: Payload,
    web: Data<Web>,
    session: Session,
) -> Answer {
    let body = body::text(body, &web).await?;
    changed(&request, &web, &wish(&web, &path, &session, beside.n(&body)?, Act::Leave)?).await
}

/// `DELETE /api/areas/AREA/vote`
pub async fn delete_vote(
    request: HttpRequest,
    path: Path<String>,
    beside: Query<Beside>,
    body: Payload,
    web: Data<Web>,
    session: Session,
) -> Answer {
    let body = body::text(body, &web).await?;
    changed(&request, &web, &wish(&web, &path, &session, beside.n(&body)?, Act::Withdraw)?).await
}

/// `GET /api/openapi.json`: what all of HTTP takes and answers. `tests/it/openapi.rs` holds it to the table and to real answers.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-cache"))
        .content_type("application/json")
        .body(include_str!("openapi.json"))
}

/// Any other address below `/api`, or another method.
pub async fn not_found() -> Answer {
    Err(Problem::new(Code::NotFound, "There is no such call.").into())
}

fn wish(web: &Web, area: &str, session: &Session, n: Option<u64>, act: Act) -> Result<Change, WebError> {
    let owner = session.owner();
    web.rates.take(&owner, Instant::now())?;
    Ok(Change { area: AreaName::parse(area)?, owner, held: None, n, act })
}

async fn changed(request: &HttpRequest, web: &Web, change: &Change) -> Answer {
    let done: Done = acts::change(web, change, origin::address(request, web)).await?;
    Ok(fresh(&Changed::from(&done)))
}

/// An answer that holds for this moment only.
fn fresh(data: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(data)
}
