//! The pages: the landing page, and an area with its standings in the HTML, for previews and for where scripts are late.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ContentType, LOCATION};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::DateTime;
use serde::Deserialize;
use url::Url;

use super::problem::WebError;
use super::session::Gift;
use super::{Web, assets, origin};
use crate::domain::Millis;
use crate::domain::name::AreaName;
use crate::domain::state::{AreaState, Standing};
use crate::domain::venue::WRITE_IN;
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
    live: u64,
    area: Option<AreaPage>,
}

struct AreaPage {
    name: String,
    title: String,
    description: String,
    summary: String,
    here: usize,
    expires: String,
    rows: Vec<Row>,
}

struct Row {
    name: String,
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
    page(&request, &web, StatusCode::OK, "/", None)
}

/// `GET /a/AREA`
pub async fn area(request: HttpRequest, path: Path<String>, web: Data<Web>) -> Answer {
    let name = match AreaName::parse(&path) {
        Ok(name) if name.as_str() == path.as_str() => name,
        // One address for one area, however it was typed.
        Ok(name) => return Ok(see(&name)),
        Err(invalid) => return Ok(problem(StatusCode::NOT_FOUND, "There is no such group", &invalid.to_string())),
    };
    let looked = web.hub.look(&name, |state, online, _| {
        let here = state.users.keys().filter(|key| online.contains_key(key)).count();
        AreaPage::new(&name, state, here)
    });
    let (status, area) = match looked.await {
        Ok(area) if web.hub.news().borrow().stale_since.is_some() => (StatusCode::OK, area.stale()),
        Ok(area) => (StatusCode::OK, area),
        // The page itself goes on trying.
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, AreaPage::unknown(&name, Problem::from(error).message)),
    };
    page(&request, &web, status, &address(&name), Some(area))
}

/// The page of an address that nothing is at.
pub async fn not_found() -> HttpResponse {
    let text = "The link may be cut off. Ask for it again, or start a group of your own.";
    problem(StatusCode::NOT_FOUND, "There is no such page", text)
}

fn page(request: &HttpRequest, web: &Web, status: StatusCode, path: &str, area: Option<AreaPage>) -> Answer {
    let origin = origin::own_base(request, web);
    let page = Page {
        assets: assets::base(),
        canonical: format!("{origin}{path}"),
        origin,
        lifetime_ms: web.options.lifetime.as_millis(),
        live: web.hub.news().borrow().live,
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

fn see(name: &AreaName) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address(name))).finish()
}

/// `/a/AREA`, percent-encoded.
fn address(name: &AreaName) -> String {
    let mut url = Url::parse("http://localhost/a/").expect("a constant address");
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(name.as_str());
    }
    url.path().to_owned()
}

impl AreaPage {
    fn new(name: &AreaName, state: &AreaState, here: usize) -> Self {
        let standings = state.standings();
        let votes: usize = standings.iter().map(|standing| standing.voters.len()).sum();
        let most = standings.first().map_or(0, |standing| standing.voters.len());
        let rows = standings.iter().map(|standing| Row::new(standing, votes, most)).collect();
        let outcome = outcome(&standings);
        let title = if outcome.is_empty() { name.to_string() } else { format!("{outcome} · {name}") };
        let description = match outcome.as_str() {
            "" => "Nobody has voted yet. Vote live: where do we eat?".to_owned(),
            outcome => format!("{outcome}. {here} here. Vote live: where do we eat?"),
        };
        let summary = if most == 0 { String::new() } else { format!("{outcome}.") };
        let expires = clock_time(state.expires_at);
        Self { name: name.to_string(), title, description, summary, here, expires, rows }
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
            title: name.to_string(),
            description: "Vote live: where do we eat?".to_owned(),
            summary: why,
            here: 0,
            expires: String::new(),
            rows: Vec::new(),
        }
    }
}

impl Row {
    fn new(standing: &Standing<'_>, all: usize, most: usize) -> Self {
        let votes = standing.voters.len();
        let venue = standing.venue;
        let location = venue.location.as_ref();
        Self {
            name: venue.name.clone(),
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

/// "Ramen 4, Tacos 3": the first three places that have votes.
fn outcome(standings: &[Standing<'_>]) -> String {
    let voted = standings.iter().filter(|standing| !standing.voters.is_empty());
    let named = voted.take(3).map(|standing| format!("{} {}", standing.venue.name, standing.voters.len()));
    named.collect::<Vec<_>>().join(", ")
}

/// "14:05 UTC"; empty for a time that is none.
fn clock_time(at: Millis) -> String {
    let time = i64::try_from(at).ok().filter(|at| *at > 0).and_then(DateTime::from_timestamp_millis);
    time.map(|time| time.format("%H:%M UTC").to_string()).unwrap_or_default()
}
