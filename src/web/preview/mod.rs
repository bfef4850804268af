//! The preview pictures' addresses: which picture a link has now, and who may keep it. How it is drawn is for `crate::picture`.

use actix_web::http::header::{CACHE_CONTROL, ETag, EntityTag, HeaderName, HeaderValue};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::problem::WebError;
use super::{Web, assets, limits, unfurl};
use crate::domain::name::AreaName;
use crate::picture::Card;
use crate::protocol::error::{Code, Problem};

mod pictures;

pub use pictures::Pictures;
use pictures::Unavailable;

/// Chats show the picture on pages of their own; nothing else of this server is for other sites.
const CORP: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
/// What a group decides is not for search engines.
const ROBOTS: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));

/// The version in a picture's address.
#[derive(Deserialize)]
pub struct Asked {
    v: Option<String>,
}

/// `GET /preview.png?v=VERSION`
pub async fn of_product(request: HttpRequest, asked: Query<Asked>, web: Data<Web>) -> Result<HttpResponse, WebError> {
    answer(&request, &asked, &web, Card::of_product()).await
}

/// `GET /a/AREA/preview.png?v=VERSION`
pub async fn of_area(
    request: HttpRequest,
    path: Path<String>,
    asked: Query<Asked>,
    web: Data<Web>,
) -> Result<HttpResponse, WebError> {
    limits::look(&request, &web)?;
    let name = AreaName::parse(&path)?;
    let looked =
        web.hub.look(&name, |state, online, _| Card::new(&name, &state.standings(), unfurl::here(state, online)));
    // A link without a picture looks broken; this one shows no standings, and claims none.
    let card = looked.await.unwrap_or_else(|_| Card::of_group(&name));
    answer(&request, &asked, &web, card).await
}

/// The picture as it is now, whatever version was asked for; only the right one may be kept.
async fn answer(request: &HttpRequest, asked: &Asked, web: &Web, card: Card) -> Result<HttpResponse, WebError> {
    let version = card.version();
    // All of an area is gone after its lifetime, so its pictures are not kept for longer either.
    let keep = match asked.v.as_ref() == Some(&version) {
        true => format!("public, max-age={}, immutable", web.options.lifetime.as_secs()),
        false => "no-cache".to_owned(),
    };
    let tag = EntityTag::new_strong(version.clone());
    let has_it = assets::holds(&tag, request);
    let mut response = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((CACHE_CONTROL, keep)).insert_header(ETag(tag)).insert_header(CORP).insert_header(ROBOTS);
    if has_it {
        return Ok(response.finish());
    }
    let png = web.pictures.get(&version, move || card.draw()).await?;
    Ok(response.content_type("image/png").body(png))
}

impl From<Unavailable> for Problem {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::Busy => Self::over_capacity("Too many pictures are being drawn. Try again in a moment."),
            Unavailable::Failed => {
                Self::new(Code::Internal, "The picture could not be drawn. The page works without it.")
            }
        }
    }
}
