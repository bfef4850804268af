//! The QR code of a group's link, for a screen that phones are pointed at. Knows nothing of what is in the area.

use std::fmt::Write;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

use super::problem::WebError;
use super::{Web, origin, pages};
use crate::domain::name::AreaName;
use crate::protocol::error::{Code, Problem};

/// Light modules around the code, on each side: what the standard asks for.
const QUIET: usize = 4;
/// Pixels of a side, at least, where nothing else says how large it is: fit for a meeting room's screen.
const SIDE_MIN: usize = 1000;

/// `GET /a/AREA/qr.svg`
pub async fn of_area(request: HttpRequest, path: Path<String>, web: Data<Web>) -> Result<HttpResponse, WebError> {
    let name = AreaName::parse(&path)?;
    let svg = svg(&link(&request, &web, &name)?).map_err(not_made)?;
    // The link depends on the host that was asked, and may change with the settings.
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-cache")).content_type("image/svg+xml").body(svg))
}

/// The absolute address of an area.
pub fn link(request: &HttpRequest, web: &Web, name: &AreaName) -> Result<String, Problem> {
    if web.options.public_url.is_none() && origin::host(request).is_none() {
        return Err(Problem::new(Code::BadMessage, "The request does not say which host the link is to lead to."));
    }
    Ok(format!("{}{}", origin::own_base(request, web), pages::address(name)))
}

pub fn not_made(error: QrError) -> Problem {
    tracing::error!(%error, "a QR code could not be made");
    Problem::new(Code::Internal, "There is no QR code for this link. Copy the link instead.")
}

/// Dark on light whatever the page's colours are, for not every camera reads the inverse. It stays readable with 15% of it
/// covered (level M).
pub fn svg(link: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M)?;
    let side = code.width() + 2 * QUIET;
    // A whole number of pixels for a module keeps its edges sharp.
    let pixels = side * SIDE_MIN.div_ceil(side);
    let mut dark = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top, long) = (x + QUIET, y + QUIET, run.len());
                write!(dark, "M{left} {top}h{long}v1h-{long}z").expect("writing to a String cannot fail");
            }
            x += run.len();
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{pixels}" height="{pixels}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{dark}"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::{Options, Tree};
    use rqrr::PreparedImage;

    use super::*;

    /// What a camera reads off the SVG, drawn on a page of this colour.
    fn read(svg: &str, page: resvg::tiny_skia::Color) -> Option<String> {
        let tree = Tree::from_str(svg, &Options::default()).unwrap();
        let side = tree.size().to_int_size().width();
        let mut pixels = Pixmap::new(side + 40, side + 40).unwrap();
        pixels.fill(page);
        resvg::render(&tree, Transform::from_translate(20.0, 20.0), &mut pixels.as_mut());
        let at = |x: usize, y: usize| pixels.pixels()[y * pixels.width() as usize + x].green();
        let mut image = PreparedImage::prepare_from_greyscale(side as usize + 40, side as usize + 40, at);
        image.detect_grids().first()?.decode().ok().map(|(_, text)| text)
    }

    /// The longest link that this server can have: the longest name, each letter of four bytes, on the longest host.
    fn longest() -> String {
        let name = AreaName::parse(&"𠮷".repeat(64)).unwrap();
        format!("https://{}.example:65535{}", "h".repeat(240), pages::address(&name))
    }

    #[test]
    fn a_code_leads_to_its_link_on_light_and_on_dark() {
        for link in ["http://localhost:8080/a/lunch", "https://eat.example/a/%E5%8D%88%E9%A5%AD", &longest()] {
            let svg = svg(link).unwrap();
            for page in [resvg::tiny_skia::Color::WHITE, resvg::tiny_skia::Color::BLACK] {
                assert_eq!(read(&svg, page).as_deref(), Some(link));
            }
        }
    }

    #[test]
    fn a_code_is_large_and_its_modules_are_whole_pixels() {
        for link in ["http://localhost:8080/a/lunch", &longest()] {
            let svg = svg(link).unwrap();
            let number = |after: &str| -> usize {
                let rest = &svg[svg.find(after).unwrap() + after.len()..];
                rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
            };
            let (width, side) = (number("width=\""), number("viewBox=\"0 0 "));
            assert!(width >= SIDE_MIN && width.is_multiple_of(side), "{width} pixels for {side} modules");
        }
    }

    #[test]
    fn a_link_that_no_code_can_hold_is_an_error() {
        assert!(svg(&"x".repeat(3000)).is_err());
    }
}
