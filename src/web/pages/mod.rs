//! The pages: the landing page, and an area with its standings in the HTML, for previews and for where scripts are late.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_ENCODING, ContentType, HeaderValue, LOCATION, VARY,
};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use serde::Deserialize;
use url::Url;

use super::forms::Forms;
use super::map::Map;
use super::problem::WebError;
use super::session::{Gift, Session};
use super::unfurl::{self, Unfurl};
use super::{Web, assets, limits, origin, wish};
use crate::domain::name::AreaName;
use crate::lang::{Said, Texts};
use crate::protocol::error::{Code, Problem};

mod area;
mod kept;
mod text;

use area::AreaPage;
pub use kept::Kept;
use kept::{Asked, Shown};
use text::Text;

type Answer = Result<HttpResponse, WebError>;

/// `templates/page.html` says what each of these is.
#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    t: &'static Texts,
    assets: String,
    origin: String,
    canonical: String,
    lifetime_ms: u128,
    map: String,
    center: String,
    live: usize,
    unfurl: Unfurl,
    area: Option<AreaPage>,
}

/// `templates/wall.html` says what each of these is.
#[derive(Template)]
#[template(path = "wall.html")]
struct Wall {
    t: &'static Texts,
    assets: String,
    words: String,
    page: Page,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    t: &'static Texts,
    assets: String,
    title: String,
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
            Err(_) => {
                problem(&request, StatusCode::BAD_REQUEST, |t| (t.say("badGroup"), t.error("badArea").to_owned()))
            }
        });
    }
    let unfurl = Unfurl::of_product(wish::texts(&request));
    let (status, text) = render(&request, StatusCode::OK, page(&request, &web, live(&web), "/", unfurl, None));
    answer(&request, &web, status, text).await
}

/// `GET /a/AREA`
pub async fn area(request: HttpRequest, path: Path<String>, web: Data<Web>, session: Option<Session>) -> Answer {
    if let Err(problem) = limits::look(&request, &web) {
        return Ok(refused(&request, &problem.into()));
    }
    match AreaName::parse(&path) {
        Ok(name) if name.as_str() == path.as_str() => {
            of_area(&request, &web, &name, session.as_ref(), Forms::default(), StatusCode::OK).await
        }
        // One address for one area, however it was typed.
        Ok(name) => Ok(see(&name)),
        Err(_) => Ok(no_such_group(&request)),
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
    let stale = web.hub.stale_since(name).is_some();
    let me = match session {
        // A store that is away is not waited for: what is known stays readable.
        Some(session) if !stale => web.hub.me(name, &session.owner()).await.ok().and_then(|done| done.me),
        _ => None,
    };
    let t = wish::texts(request);
    // Where all who come get the same. What is on its way from a form is for one alone.
    let of_all = (me.is_none() && forms == Forms::default() && status == StatusCode::OK).then(|| Asked {
        area: name.clone(),
        wall: is_wall(request),
        language: t.tag(),
        origin: origin::own_base(request, web),
    });
    let live = live(web);
    let looked = web.hub.look(name, |sight| {
        let shown = Shown::new(sight, stale, live);
        if let Some(text) = of_all.as_ref().and_then(|asked| web.kept.find(asked, &shown)) {
            return Looked::Kept(text);
        }
        let (standings, here) = (sight.state.standings(), unfurl::here(sight.state, sight.online));
        let area = AreaPage::new(t, name, &standings, here, sight.state.expires_at, me.as_ref());
        Looked::New(shown, Box::new((Unfurl::of_area(t, name, &standings, here), area)))
    });
    let page = |unfurl, area| page(request, web, live, &address(name), unfurl, Some(area));
    let (status, text) = match looked.await {
        Ok(Looked::Kept(text)) => (status, text),
        Ok(Looked::New(shown, parts)) => {
            let (unfurl, area) = *parts;
            let area = if stale { area.stale(t) } else { area };
            let (status, text) = render(request, status, page(unfurl, AreaPage { forms, ..area }));
            if let Some(asked) = of_all.filter(|_| status == StatusCode::OK) {
                web.kept.put(asked, shown, text.clone());
            }
            (status, text)
        }
        // The page itself goes on trying.
        Err(error) => {
            let why = match Problem::from(error).code {
                Code::StoreUnavailable => t.say("unreachable").to_string(),
                code => t.error(code.as_str()).to_owned(),
            };
            let area = AreaPage { forms, ..AreaPage::unknown(name, why) };
            render(request, StatusCode::SERVICE_UNAVAILABLE, page(Unfurl::of_group(t, name), area))
        }
    };
    answer(request, web, status, text).await
}

/// What a look at an area gives: its page, or what it is made of.
enum Looked {
    Kept(Arc<Text>),
    New(Shown, Box<(Unfurl, AreaPage)>),
}

/// To a form whose page was another site's, and to who asks too often.
pub fn refused(request: &HttpRequest, error: &WebError) -> HttpResponse {
    let words = |t: &'static Texts| (t.say("refusedTitle"), t.error(error.0.code.as_str()).to_owned());
    let mut response = problem(request, error.status_code(), words);
    error.say_when(response.headers_mut());
    response
}

pub fn no_such_group(request: &HttpRequest) -> HttpResponse {
    problem(request, StatusCode::NOT_FOUND, |t| (t.say("noGroup"), t.error("badArea").to_owned()))
}

/// `GET /robots.txt`: search engines may read all, and what is not for their lists says so itself (`noindex`), which one that is
/// kept out never reads.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .insert_header(ContentType::plaintext())
        .body("User-agent: *\nAllow: /\n")
}

/// The page of an address that nothing is at.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    problem(&request, StatusCode::NOT_FOUND, |t| (t.say("noPage"), t.say("noPageText").to_string()))
}

/// `live` is how many people follow any area.
fn page(request: &HttpRequest, web: &Web, live: u64, path: &str, unfurl: Unfurl, area: Option<AreaPage>) -> Page {
    let origin = origin::own_base(request, web);
    Page {
        t: wish::texts(request),
        assets: assets::base(),
        canonical: format!("{origin}{path}"),
        origin,
        lifetime_ms: web.options.lifetime.as_millis(),
        map: web.options.map.as_ref().map(Map::told).unwrap_or_default(),
        center: web.options.center.clone(),
        live: usize::try_from(live).unwrap_or(usize::MAX),
        unfurl,
        area,
    }
}

fn live(web: &Web) -> u64 {
    web.hub.live_count()
}

/// Asked for by `?wall`.
fn is_wall(request: &HttpRequest) -> bool {
    request.query_string().split('&').any(|part| part.split('=').next() == Some("wall"))
}

/// The page, or the wall of the same.
fn render(request: &HttpRequest, status: StatusCode, page: Page) -> (StatusCode, Arc<Text>) {
    let (status, text) = match &page.area {
        Some(area) if is_wall(request) => {
            rendered(status, &Wall { t: page.t, assets: assets::base(), words: area.link_in_words(&page.origin), page })
        }
        _ => rendered(status, &page),
    };
    (status, Text::new(text))
}

fn rendered(status: StatusCode, page: &impl Template) -> (StatusCode, String) {
    match page.render() {
        Ok(text) => (status, text),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            let sorry = "Something went wrong on our side. Try again.";
            (StatusCode::INTERNAL_SERVER_ERROR, sorry.to_owned())
        }
    }
}

/// The page in the form that the browser likes best, and a session for one that has none.
async fn answer(request: &HttpRequest, web: &Web, status: StatusCode, text: Arc<Text>) -> Answer {
    let (body, encoding) = text.for_client(request).await;
    let mut response = html(status, body);
    if let Some(encoding) = encoding {
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
        headers.append(VARY, HeaderValue::from_static(ACCEPT_ENCODING.as_str()));
    }
    Gift::choose(request, web).await?.put_on(&mut response)?;
    Ok(response)
}

/// `words` are the title, and the sentence below it.
fn problem(
    request: &HttpRequest,
    status: StatusCode,
    words: impl FnOnce(&'static Texts) -> (Said<'static>, String),
) -> HttpResponse {
    let t = wish::texts(request);
    let (title, text) = words(t);
    let page = ProblemPage { t, assets: assets::base(), title: title.to_string(), text };
    let (status, text) = rendered(status, &page);
    html(status, text)
}

fn html(status: StatusCode, text: impl MessageBody + 'static) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((VARY, ACCEPT_LANGUAGE.as_str()))
        .insert_header(ContentType::html())
        .body(text)
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
