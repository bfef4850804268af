//! The page's files, embedded in the program as `build.rs` packed them, and how they are served. Knows no templates.

use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};

/// A year: the address changes whenever a file does, so there is nothing newer to ask for.
const KEEP: &str = "public, max-age=31536000, immutable";
/// Another version's address gets today's file, so that a page opened during a deploy works, but nobody may keep it there.
const DO_NOT_KEEP: &str = "no-store";

/// One file of the page.
#[derive(Debug)]
pub struct Asset {
    /// Below `assets/`, with `/` between folders.
    pub path: &'static str,
    pub mime: &'static str,
    /// Tells this content from any other.
    hash: &'static str,
    pub plain: &'static [u8],
    /// None where it would save nothing.
    pub gzip: Option<&'static [u8]>,
    pub brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at this path below `assets/`.
pub fn find(path: &str) -> Option<&'static Asset> {
    ALL.binary_search_by(|asset| asset.path.cmp(path)).ok().map(|index| &ALL[index])
}

/// All files, by their paths below `assets/`.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|asset| asset.path)
}

/// Where this version's files are, for templates. Each may be kept for ever, for the address names the version.
pub fn base() -> String {
    format!("/assets/{VERSION}")
}

/// Answers `/assets/{version}/{path:.*}`, to GET and HEAD.
pub async fn asset(request: HttpRequest, path: web::Path<(String, String)>) -> HttpResponse {
    let (version, path) = path.into_inner();
    match find(&path) {
        Some(asset) => serve(asset, version == VERSION, &request),
        None => HttpResponse::NotFound().insert_header((header::CACHE_CONTROL, DO_NOT_KEEP)).finish(),
    }
}

/// The file in the form that the client likes best, or 304 where it has that already.
pub fn serve(asset: &Asset, keep: bool, request: &HttpRequest) -> HttpResponse {
    let (encoding, body) = negotiated(asset, request);
    // Each form is another sequence of bytes, so each has a tag of its own.
    let tag = EntityTag::new_strong(format!("{}-{}", asset.hash, encoding.as_str()));
    let has_it = holds(&tag, request);
    let mut response = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, if keep { KEEP } else { DO_NOT_KEEP }))
        .insert_header((header::VARY, header::ACCEPT_ENCODING.as_str()))
        .insert_header(header::ETag(tag));
    if has_it {
        return response.finish();
    }
    if encoding != ContentEncoding::Identity {
        response.insert_header(encoding);
    }
    response.insert_header((header::CONTENT_TYPE, asset.mime)).body(body)
}

fn negotiated(asset: &Asset, request: &HttpRequest) -> (ContentEncoding, &'static [u8]) {
    let forms = [
        (ContentEncoding::Brotli, asset.brotli),
        (ContentEncoding::Gzip, asset.gzip),
        (ContentEncoding::Identity, Some(asset.plain)),
    ];
    let there = || forms.into_iter().filter_map(|(encoding, bytes)| Some((encoding, bytes?)));
    let supported: Vec<Encoding> = there().map(|(encoding, _)| Encoding::Known(encoding)).collect();
    // Who accepts no form at all, or says it illegibly, gets the plain one: it can do more with that than with an error.
    let chosen = AcceptEncoding::parse(request).ok().and_then(|accepted| accepted.negotiate(supported.iter()));
    there()
        .find(|(encoding, _)| chosen == Some(Encoding::Known(*encoding)))
        .unwrap_or((ContentEncoding::Identity, asset.plain))
}

/// Whether the client says that it has this very form.
pub fn holds(tag: &EntityTag, request: &HttpRequest) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|held| held.weak_eq(tag)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;
    use actix_web::test::TestRequest;

    use super::*;

    static SCRIPT: Asset = Asset {
        path: "js/app.js",
        mime: "text/javascript; charset=utf-8",
        hash: "abc",
        plain: b"plain",
        gzip: Some(b"gz"),
        brotli: Some(b"br"),
    };
    static PICTURE: Asset =
        Asset { path: "a.png", mime: "image/png", hash: "def", plain: b"png", gzip: None, brotli: None };

    /// Body, encoding and tag of what a client with this Accept-Encoding gets.
    fn got(asset: &Asset, accepted: Option<&str>) -> (String, Option<String>, String) {
        let mut request = TestRequest::default();
        if let Some(accepted) = accepted {
            request = request.insert_header((header::ACCEPT_ENCODING, accepted));
        }
        let response = serve(asset, true, &request.to_http_request());
        let text = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(text(header::VARY).as_deref(), Some("accept-encoding"));
        let (encoding, tag) = (text(header::CONTENT_ENCODING), text(header::ETAG).unwrap());
        let body = response.into_body().try_into_bytes().unwrap();
        (String::from_utf8(body.to_vec()).unwrap(), encoding, tag)
    }

    #[test]
    fn a_client_gets_the_form_that_it_likes_best() {
        for (accepted, body, encoding) in [
            (Some("gzip, deflate, br, zstd"), "br", Some("br")),
            (Some("gzip"), "gz", Some("gzip")),
            (Some("gzip;q=1.0, br;q=0.5"), "gz", Some("gzip")),
            (Some("br;q=0, gzip;q=0"), "plain", None),
            (Some("br;q=0, gzip"), "gz", Some("gzip")),
            (Some("zstd"), "plain", None),
            (Some("identity"), "plain", None),
            (Some("*;q=0"), "plain", None),
            (Some("br;q=nonsense"), "plain", None),
            (Some(""), "plain", None),
            (None, "plain", None),
        ] {
            let got = got(&SCRIPT, accepted);
            assert_eq!((got.0.as_str(), got.1.as_deref()), (body, encoding), "{accepted:?}");
        }
    }

    #[test]
    fn what_was_not_compressed_comes_as_it_is() {
        assert_eq!(got(&PICTURE, Some("gzip, br")).0, "png");
    }

    #[test]
    fn each_form_has_a_strong_tag_of_its_own() {
        let tags = [got(&SCRIPT, Some("br")).2, got(&SCRIPT, Some("gzip")).2, got(&SCRIPT, None).2];
        assert_eq!(tags, ["\"abc-br\"", "\"abc-gzip\"", "\"abc-identity\""]);
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let asked = |tag: &str| {
            let request = TestRequest::default()
                .insert_header((header::ACCEPT_ENCODING, "br"))
                .insert_header((header::IF_NONE_MATCH, tag.to_owned()))
                .to_http_request();
            let response = serve(&SCRIPT, true, &request);
            (response.status().as_u16(), response.into_body().try_into_bytes().unwrap().len())
        };
        assert_eq!(asked("\"abc-br\""), (304, 0));
        assert_eq!(asked("\"abc-gzip\""), (200, 2));
        assert_eq!(asked("\"older\", W/\"abc-br\""), (304, 0));
    }

    #[test]
    fn only_the_right_version_is_kept() {
        let request = TestRequest::default().to_http_request();
        let kept = |keep| serve(&SCRIPT, keep, &request).headers().get(header::CACHE_CONTROL).unwrap().clone();
        assert_eq!(kept(true), "public, max-age=31536000, immutable");
        assert_eq!(kept(false), "no-store");
    }

    #[actix_web::test]
    async fn what_is_not_there_is_404_and_no_path_leads_out() {
        for path in ["js/none.js", "../Cargo.toml", "/etc/passwd", ""] {
            let request = TestRequest::default().to_http_request();
            let response = asset(request, (VERSION.to_owned(), path.to_owned()).into()).await;
            assert_eq!(response.status().as_u16(), 404, "{path}");
        }
    }

    #[test]
    fn every_packed_file_is_found_and_its_forms_are_smaller() {
        assert!(ALL.is_sorted_by(|a, b| a.path < b.path));
        for asset in &ALL {
            assert!(std::ptr::eq(find(asset.path).unwrap(), asset));
            assert!([asset.gzip, asset.brotli].iter().flatten().all(|form| form.len() < asset.plain.len()));
        }
    }
}
