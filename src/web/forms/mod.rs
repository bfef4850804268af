//! The forms of an area's page, for where no scripts run: a name, a vote, taking it back. Each is answered with the way back to
//! the page, or with the page again and what is wrong at its field.

use std::time::Instant;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::problem::WebError;
use super::{acts, origin, pages, wish};
use crate::domain::change::{Act, Change};
use crate::domain::name::{AreaName, Username};
use crate::domain::venue::{Pick, RawVenue};
use crate::protocol::error::{Code, Problem};

mod post;
mod shown;

pub use shown::Forms;

use post::{Fields, Post};
use shown::At;

type Answer = Result<HttpResponse, WebError>;

/// What went wrong, and the field to say it at.
type Wrong = (At, Problem);

/// `GET` of a form's address, which stays in the browser's address line after an error: the page itself.
pub async fn back(request: HttpRequest, path: Path<String>) -> HttpResponse {
    match AreaName::parse(&path) {
        Ok(area) => pages::see(&area),
        Err(_) => pages::no_such_group(&request),
    }
}

/// `POST /a/AREA/name`: take a name, and cast the vote that waits for it; or, with `leave`, give it back.
pub async fn name(post: Post) -> Answer {
    let done = name_of(&post).await;
    answer(post, done).await
}

/// `POST /a/AREA/vote`: for a place of the area by its `id`, or for one by its name in `place`, written in if need be.
pub async fn vote(post: Post) -> Answer {
    let done = vote_of(&post, At::Name).await;
    answer(post, done).await
}

/// `POST /a/AREA/withdraw`
pub async fn withdraw(post: Post) -> Answer {
    let done = change(&post, Act::Withdraw).await.map_err(|problem| (At::Vote, problem));
    answer(post, done).await
}

async fn answer(post: Post, done: Result<(), Wrong>) -> Answer {
    let Post { request, web, area, fields, session } = post;
    let area = match area {
        Ok(area) => area,
        Err(_) => return Ok(pages::no_such_group(&request)),
    };
    match done {
        Ok(()) => Ok(pages::see(&area)),
        Err((at, problem)) => {
            let status = WebError::from(problem.clone()).status_code();
            let forms = Forms::again(wish::texts(&request), at, problem, fields.unwrap_or_default());
            pages::of_area(&request, &web, &area, session.as_ref(), forms, status).await
        }
    }
}

async fn name_of(post: &Post) -> Result<(), Wrong> {
    let at_name = |problem| (At::Name, problem);
    let fields = post.fields().map_err(at_name)?;
    if fields.leave {
        return change(post, Act::Leave).await.map_err(at_name);
    }
    let username = Username::parse(&fields.username).map_err(|invalid| at_name(invalid.into()))?;
    // Who changes the name here keeps the picture that was chosen where scripts run.
    let (area, session) = post.who().map_err(at_name)?;
    let me = post.web.hub.me(area, &session.owner()).await.ok().and_then(|done| done.me);
    let img = me.map(|me| me.img).unwrap_or_default();
    change(post, Act::Join { username, img }).await.map_err(at_name)?;
    if fields.id.is_empty() && fields.place.is_empty() {
        return Ok(());
    }
    vote_of(post, At::Vote).await
}

/// `nameless` is where a person without a name reads that one is needed.
async fn vote_of(post: &Post, nameless: At) -> Result<(), Wrong> {
    let fields = post.fields().map_err(|problem| (At::Vote, problem))?;
    let at = if fields.id.is_empty() { At::Place } else { At::Vote };
    let done = match pick(fields) {
        Ok(pick) => change(post, Act::Vote(pick)).await,
        Err(problem) => Err(problem),
    };
    done.map_err(|problem| if problem.code == Code::NotJoined { (nameless, problem) } else { (at, problem) })
}

fn pick(fields: &Fields) -> Result<Pick, Problem> {
    let raw = match fields.id.as_str() {
        "" => RawVenue { name: Some(fields.place.clone()), ..RawVenue::default() },
        id => RawVenue { id: Some(id.to_owned()), ..RawVenue::default() },
    };
    Ok(Pick::parse(raw)?)
}

async fn change(post: &Post, act: Act) -> Result<(), Problem> {
    let (area, session) = post.who()?;
    let owner = session.owner();
    post.web.rates.take(&owner, Instant::now())?;
    let change = Change { area: area.clone(), owner, held: None, n: None, act };
    acts::change(&post.web, &change, origin::address(&post.request, &post.web)).await.map(drop)
}
