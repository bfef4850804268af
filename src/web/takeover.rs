//! One person on two devices: the browser that holds a name shows a one-time code, the other one gives it back and gets a cookie of
//! the same session. Never done by opening an address, for link previews and scanners open addresses too.

use std::time::{Duration, Instant};

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::origin::{self, Address};
use super::problem::WebError;
use super::rates::{Rate, Rates};
use super::session::{Gift, Session};
use super::{Web, account, acts, body, qr};
use crate::domain::Millis;
use crate::domain::change::{Act, Change};
use crate::domain::takeover::Code;
use crate::protocol::client::Fields;
use crate::protocol::error::{Code as ErrorCode, Problem};

type Answer = Result<HttpResponse, WebError>;

/// Two equal codes within a minute are chance; more often than that it is something else.
const ATTEMPTS: usize = 3;
/// Calls in a second that an address may go on with after its first ones: hands are slower.
const TRIES_PER_SECOND: u32 = 1;

/// What one-time codes are bound to.
pub struct Takeovers {
    lifetime: Duration,
    /// A session costs nothing, so what counts is the address.
    tries: Rates<Address>,
}

impl Takeovers {
    /// `tries` are the calls that one address may make at once.
    pub fn new(lifetime: Duration, tries: u32) -> Self {
        Self {
            lifetime,
            tries: Rates::new("takeover_tries", Rate { per_second: Some(TRIES_PER_SECOND), burst: Some(tries) }),
        }
    }

    fn lifetime_ms(&self) -> Millis {
        Millis::try_from(self.lifetime.as_millis()).unwrap_or(Millis::MAX)
    }
}

/// `POST /api/takeover {area}`: a code that hands over this browser's session, and the address in `area` that a camera is to open.
pub async fn offer(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    count(&request, &web, &session)?;
    let body = body::text(body, &web).await?;
    let area = Fields::read(&body)?.area()?;
    let lifetime = web.takeovers.lifetime_ms();
    for _ in 0..ATTEMPTS {
        let code = random_code()?;
        if web.store.keep_code(&code.digest(), &session.lasting_id(), lifetime).await? {
            // What stands after # is not sent to any server, so that no log has it.
            let link = format!("{}#code={}", qr::link(&request, &web, &area)?, code.as_str());
            let qr = qr::svg(&link).map_err(qr::not_made)?;
            return Ok(fresh(&json!({"code": code.to_string(), "link": link, "qr": qr, "expiresInMs": lifetime})));
        }
    }
    Err(internal("no code was free").into())
}

/// `POST /api/takeover/look {code, area}`: who the code makes of one in that area, and who one is there now, so that a page can
/// ask first.
pub async fn look(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    count(&request, &web, &session)?;
    let body = body::text(body, &web).await?;
    let fields = Fields::read(&body)?;
    let (area, code) = (fields.area()?, fields.code()?);
    let other = handed_over(&web, web.store.read_code(&code.digest()).await?).await?;
    let name =
        async |session: &Session| web.hub.me(&area, &session.owner()).await.map(|done| done.me.map(|me| me.username));
    Ok(fresh(&json!({"username": name(&other).await?, "you": name(&session).await?})))
}

/// `POST /api/takeover/claim {code, area}`: this browser is the same person from now on, in every area. A name that it had in that
/// one is free again and its vote withdrawn, for one person has one vote.
pub async fn claim(request: HttpRequest, body: Payload, web: Data<Web>, session: Session) -> Answer {
    count(&request, &web, &session)?;
    let body = body::text(body, &web).await?;
    let fields = Fields::read(&body)?;
    let (area, code) = (fields.area()?, fields.code()?);
    let other = handed_over(&web, web.store.take_code(&code.digest()).await?).await?;
    if other.owner() != session.owner() {
        let leave = Change { area, owner: session.owner(), held: None, n: None, act: Act::Leave };
        // The code is used up: a name that cannot be freed now ends by itself, but the person goes on.
        if let Err(problem) = acts::change(&web, &leave, origin::address(&request, &web)).await {
            tracing::debug!(code = problem.code.as_str(), "a name was left behind");
        }
    }
    // Who is signed in sees each device, and can end each by itself; guests' devices are one.
    let other = match account::of(&web, &other).await? {
        Some(account) => account::begin(&web, &account, account::agent(&request)).await?,
        None => other,
    };
    account::leave_behind(&web, &session).await;
    let mut response = fresh(&json!({}));
    Gift::of(&other, &request, &web).put_on(&mut response)?;
    Ok(response)
}

fn count(request: &HttpRequest, web: &Web, session: &Session) -> Result<(), Problem> {
    let now = Instant::now();
    let tried = web.takeovers.tries.take(&origin::address(request, web), now);
    tried.and_then(|()| web.rates.take(&session.owner(), now)).map_err(|problem| {
        let message = "Too many codes were asked for or tried from your network. Wait a moment, then try again.";
        Problem { message: message.to_owned(), ..problem }
    })
}

/// What a store gives back is checked like all that comes from outside.
async fn handed_over(web: &Web, session: Option<String>) -> Result<Session, Problem> {
    let session = session.and_then(|id| Session::again(&id)).ok_or_else(Problem::no_such_code)?;
    // One that was signed out hands over nothing.
    if session.stands(web).await? { Ok(session) } else { Err(Problem::no_such_code()) }
}

fn random_code() -> Result<Code, Problem> {
    let mut random = [0; 5];
    getrandom::fill(&mut random).map_err(|error| internal(&error.to_string()))?;
    Ok(Code::of(random))
}

fn internal(cause: &str) -> Problem {
    tracing::error!(cause, "a session could not be handed over");
    Problem::new(ErrorCode::Internal, "Something went wrong on our side. Try again.")
}

/// Good for this moment, and for this browser alone.
fn fresh(data: &Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(data)
}
