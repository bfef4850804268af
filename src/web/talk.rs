//! Rooms and messages, as both the socket and the REST calls ask for them. What is said in a room comes by the area's events, or
//! from its messages.

use std::time::Instant;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::problem::WebError;
use super::session::Session;
use super::{Web, body, limits};
use crate::domain::change::{Done, Refused};
use crate::domain::name::{AreaName, Username};
use crate::domain::owner::Owner;
use crate::domain::talk::{Chat, Said};
use crate::protocol::client::Fields;
use crate::protocol::error::Problem;
use crate::protocol::talk::{SaidData, TalkAnswer, TalkEvent};
use crate::store::{Result as StoreResult, StoreError};

type Answer = Result<HttpResponse, WebError>;

/// Who asks, and where.
pub struct Asker {
    pub area: AreaName,
    pub owner: Owner,
    /// As far as is known here.
    pub held: Option<Username>,
}

pub struct Answered {
    pub data: TalkAnswer,
    /// After a message: who the owner is in the area now.
    pub done: Option<Done>,
}

impl From<TalkAnswer> for Answered {
    fn from(data: TalkAnswer) -> Self {
        Self { data, done: None }
    }
}

pub async fn ask(web: &Web, asker: Asker, n: Option<u64>, asked: TalkEvent) -> Result<Answered, Problem> {
    let Asker { area, owner, held } = asker;
    Ok(match asked {
        TalkEvent::GetRooms => TalkAnswer::Rooms { rooms: web.hub.rooms(&area, &owner).await? }.into(),
        TalkEvent::AddRoom(wish) => {
            let added = web.hub.add_room(&area, &owner, &wish).await;
            match &added {
                Err(StoreError::Refused(Refused::RoomsFull)) => limits::reached("rooms_per_area"),
                Err(StoreError::Refused(Refused::PrivateRoomsFull)) => limits::reached("private_rooms"),
                _ => {}
            }
            TalkAnswer::Room(added?).into()
        }
        TalkEvent::GetChat(page) => {
            TalkAnswer::Messages { messages: web.hub.messages(&area, &owner, &page).await? }.into()
        }
        TalkEvent::AddChat { room, text } => {
            let begun = Instant::now();
            let said = web.hub.chat(&Chat { area, owner, held, n, room, text }).await;
            count(&said, begun);
            let said = said?;
            Answered { data: TalkAnswer::Said(SaidData::from(&said)), done: Some(said.done) }
        }
    })
}

fn count(said: &StoreResult<Said>, begun: Instant) {
    let outcome = match said {
        Ok(Said { id: Some(_), .. }) => "said",
        Ok(_) => "known",
        Err(StoreError::Refused(_)) => "refused",
        Err(StoreError::Unavailable(_)) => "unavailable",
    };
    metrics::counter!("wte_chat_messages_total", "outcome" => outcome).increment(1);
    metrics::histogram!("wte_store_seconds", "call" => "chat").record(begun.elapsed().as_secs_f64());
}

/// `GET /api/areas/AREA/rooms`
pub async fn rooms(request: HttpRequest, path: Path<String>, web: Data<Web>, session: Session) -> Answer {
    limits::look(&request, &web)?;
    answer(&web, &path, &session, None, TalkEvent::GetRooms).await
}

/// `POST /api/areas/AREA/rooms`
pub async fn add_room(path: Path<String>, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    answer(&web, &path, &session, None, TalkEvent::add_room(&Fields::read(&body)?)?).await
}

/// What stands after the `?`.
#[derive(Deserialize)]
pub struct Asked {
    before: Option<String>,
    limit: Option<u64>,
}

/// `GET /api/areas/AREA/rooms/ROOM/chat`
pub async fn messages(
    request: HttpRequest,
    path: Path<(String, String)>,
    asked: Query<Asked>,
    web: Data<Web>,
    session: Session,
) -> Answer {
    limits::look(&request, &web)?;
    let ((area, room), Asked { before, limit }) = (path.into_inner(), asked.into_inner());
    answer(&web, &area, &session, None, TalkEvent::get_chat(&room, before, limit)?).await
}

/// `POST /api/areas/AREA/rooms/ROOM/chat`
pub async fn chat(path: Path<(String, String)>, body: Payload, web: Data<Web>, session: Session) -> Answer {
    let body = body::text(body, &web).await?;
    let fields = Fields::read(&body)?;
    let (area, room) = path.into_inner();
    answer(&web, &area, &session, fields.n()?, TalkEvent::add_chat(&room, &fields)?).await
}

async fn answer(web: &Web, area: &str, session: &Session, n: Option<u64>, asked: TalkEvent) -> Answer {
    let owner = session.owner();
    web.rates.take(&owner, Instant::now())?;
    let asker = Asker { area: AreaName::parse(area)?, owner, held: None };
    let answered = ask(web, asker, n, asked).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(&answered.data))
}
