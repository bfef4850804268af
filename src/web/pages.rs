//! The pages: the landing page, and an area with its standings in the HTML, for previews and for where scripts are late.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use chrono::DateTime;
use serde::Deserialize;
use url::Url;

use super::forms::Forms;
use super::map::Map;
use super::problem::WebError;
use super::session::{Gift, Session};
use super::unfurl::{self, Unfurl};
use super::{Web, assets, origin};
use crate::domain::change::Me;
use crate::domain::name::{AreaName, UserKey};
use crate::domain::state::Standing;
use crate::domain::venue::WRITE_IN;
use crate::domain::{Invalid, Millis};
use crate::protocol::error::Problem;

type Answer = Result<HttpResponse, WebError>;

/// `templates/page.html` says what each of these is.
#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    assets: String,
    origin: String,
    canonical: String,
    lifetime_ms: u128,
    map: String,
    center: String,
    live: u64,
    unfurl: Unfurl,
    area: Option<AreaPage>,
}

struct AreaPage {
    name: String,
    summary: String,
    here: usize,
    expires: String,
    rows: Vec<Row>,
    path: String,
    me: String,
    forms: Forms,
}

struct Row {
    id: String,
    name: String,
    mine: bool,
    votes: usize,
    share: usize,
    first: bool,
    voters: Vec<String>,
    category: String,
    address: String,
    by_hand: bool,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    assets: String,
    title: &'static str,
    text: String,
}

/// What the landing page's form sends where no scripts run.
#[derive(Deserialize)]
pub struct Wanted {
    area: Option<String>,
}

/// `GET /`
pub async fn landing(request: HttpRequest, wanted: Query<Wanted>, web: Data<Web>) -> Answer {
    if let Some(wanted) = &wanted.area {
        let dashed = wanted.split_whitespace().collect::<Vec<_>>().join("-");
        return Ok(match AreaName::parse(&dashed) {
            Ok(name) => see(&name),
            Err(invalid) => problem(StatusCode::BAD_REQUEST, "That is no group's name", &invalid.to_string()),
        });
    }
    page(&request, &web, StatusCode::OK, "/", Unfurl::of_product(), None)
}

/// `GET /a/AREA`
pub async fn area(request: HttpRequest, path: Path<String>, web: Data<Web>, session: Option<Session>) -> Answer {
    match AreaName::parse(&path) {
        Ok(name) if name.as_str() == path.as_str() => {
            of_area(&request, &web, &name, session.as_ref(), Forms::default(), StatusCode::OK).await
        }
        // One address for one area, however it was typed.
        Ok(name) => Ok(see(&name)),
        Err(invalid) => Ok(no_such_group(invalid)),
    }
}

/// An area's page, with what its forms have to say.
pub async fn of_area(
    request: &HttpRequest,
    web: &Web,
    name: &AreaName,
    session: Option<&Session>,
    forms: Forms,
    status: StatusCode,
) -> Answer {
    let stale = web.hub.news().borrow().stale_since.is_some();
    let me = match session {
        // A store that is away is not waited for: what is known stays readable.
        Some(session) if !stale => web.hub.me(name, &session.owner()).await.ok().and_then(|done| done.me),
        _ => None,
    };
    let looked = web.hub.look(name, |state, online, _| {
        let (standings, here) = (state.standings(), unfurl::here(state, online));
        let area = AreaPage::new(name, &standings, here, state.expires_at, me.as_ref());
        (Unfurl::of_area(name, &standings, here), area)
    });
    let (status, unfurl, area) = match looked.await {
        Ok((unfurl, area)) if stale => (status, unfurl, area.stale()),
        Ok((unfurl, area)) => (status, unfurl, area),
        // The page itself goes on trying.
        Err(error) => {
            let area = AreaPage::unknown(name, Problem::from(error).message);
            (StatusCode::SERVICE_UNAVAILABLE, Unfurl::of_group(name), area)
        }
    };
    page(request, web, status, &address(name), unfurl, Some(AreaPage { forms, ..area }))
}

/// To a form whose page was another site's.
pub fn refused(error: &WebError) -> HttpResponse {
    problem(error.status_code(), "That was not done", &error.to_string())
}

pub fn no_such_group(invalid: Invalid) -> HttpResponse {
    problem(StatusCode::NOT_FOUND, "There is no such group", &invalid.to_string())
}

/// The page of an address that nothing is at.
pub async fn not_found() -> HttpResponse {
    let text = "The link may be cut off. Ask for it again, or start a group of your own.";
    problem(StatusCode::NOT_FOUND, "There is no such page", text)
}

fn page(
    request: &HttpRequest,
    web: &Web,
    status: StatusCode,
    path: &str,
    unfurl: Unfurl,
    area: Option<AreaPage>,
) -> Answer {
    let origin = origin::own_base(request, web);
    let page = Page {
        assets: assets::base(),
        canonical: format!("{origin}{path}"),
        origin,
        lifetime_ms: web.options.lifetime.as_millis(),
        map: web.options.map.as_ref().map(Map::told).unwrap_or_default(),
        center: web.options.center.clone(),
        live: web.hub.news().borrow().live,
        unfurl,
        area,
    };
    let mut response = html(status, &page);
    Gift::choose(request, web)?.put_on(&mut response)?;
    Ok(response)
}

fn problem(status: StatusCode, title: &'static str, text: &str) -> HttpResponse {
    html(status, &ProblemPage { assets: assets::base(), title, text: text.to_owned() })
}

fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "private, no-cache"))
            .insert_header(ContentType::html())
            .body(text),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            HttpResponse::InternalServerError().body("Something went wrong on our side. Try again.")
        }
    }
}

/// The way to an area's page.
pub fn see(name: &AreaName) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address(name))).finish()
}

/// `/a/AREA`, percent-encoded.
pub fn address(name: &AreaName) -> String {
    let mut url = Url::parse("http://localhost/a/").expect("a constant address");
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(name.as_str());
    }
    url.path().to_owned()
}

impl AreaPage {
    fn new(name: &AreaName, standings: &[Standing<'_>], here: usize, expires_at: Millis, me: Option<&Me>) -> Self {
        let votes: usize = standings.iter().map(|standing| standing.voters.len()).sum();
        let most = standings.first().map_or(0, |standing| standing.voters.len());
        let key = me.map(|me| me.username.key());
        let rows = standings.iter().map(|standing| Row::new(standing, votes, most, key.as_ref())).collect();
        let summary = if most == 0 { String::new() } else { format!("{}.", unfurl::outcome(standings)) };
        let expires = clock_time(expires_at);
        let me = me.map(|me| me.username.to_string()).unwrap_or_default();
        Self { summary, here, expires, rows, me, ..Self::unknown(name, String::new()) }
    }

    /// As it was known before the store went away, and says so.
    fn stale(self) -> Self {
        let note = "The votes cannot be reached right now: this is how they were last known.";
        Self { summary: format!("{note} {}", self.summary).trim_end().to_owned(), ..self }
    }

    /// Where the standings could not be read: it says so, instead of showing none.
    fn unknown(name: &AreaName, why: String) -> Self {
        Self {
            name: name.to_string(),
            summary: why,
            here: 0,
            expires: String::new(),
            rows: Vec::new(),
            path: address(name),
            me: String::new(),
            forms: Forms::default(),
        }
    }
}

impl Row {
    fn new(standing: &Standing<'_>, all: usize, most: usize, me: Option<&UserKey>) -> Self {
        let votes = standing.voters.len();
        let venue = standing.venue;
        let location = venue.location.as_ref();
        Self {
            id: venue.id.as_str().to_owned(),
            name: venue.name.clone(),
            mine: standing.voters.iter().any(|voter| Some(&voter.username.key()) == me),
            votes,
            // To the nearest, as the page does.
            share: (votes * 200 + all).checked_div(all * 2).unwrap_or(0),
            first: votes > 0 && votes == most,
            voters: standing.voters.iter().map(|user| user.username.to_string()).collect(),
            category: venue.categories.first().map(|category| category.name.clone()).unwrap_or_default(),
            by_hand: venue.source.as_deref() == Some(WRITE_IN),
            address: location.and_then(|location| location.address.clone()).unwrap_or_default(),
        }
    }
}

/// "14:05 UTC"; empty for a time that is none.
fn clock_time(at: Millis) -> String {
    let time = i64::try_from(at).ok().filter(|at| *at > 0).and_then(DateTime::from_timestamp_millis);
    time.map(|time| time.format("%H:%M UTC").to_string()).unwrap_or_default()
}
