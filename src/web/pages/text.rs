//! A rendered page, and its compressed forms, each made once: at the size of a page that costs far more than to render it. Knows no
//! template.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptEncoding, ContentEncoding, Encoding, Header};
use actix_web::web::block;
use bytes::Bytes;

/// Between the fastest and the smallest: most of what more would save takes several times as long.
const BROTLI_QUALITY: u32 = 4;
const GZIP_LEVEL: u32 = 5;
/// 64 KiB, a whole page: what is larger than that costs memory to be cleared for each page, and saves nothing.
const BROTLI_WINDOW_BITS: u32 = 16;
/// Of the encoder's own buffer; the page is handed to it whole.
const BROTLI_BUFFER: usize = 4096;

/// One page.
#[derive(Default)]
pub struct Text {
    plain: Bytes,
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

impl Text {
    pub fn new(plain: String) -> Arc<Self> {
        Arc::new(Self { plain: plain.into(), ..Self::default() })
    }

    /// Bytes that it takes, as it is and compressed so far.
    pub fn size(&self) -> usize {
        let packed = |form: &OnceLock<Bytes>| form.get().map_or(0, Bytes::len);
        self.plain.len() + packed(&self.brotli) + packed(&self.gzip)
    }

    /// In the form that the client likes best: the bytes, and how they are compressed. None where they are not: then it is for the
    /// middleware to say what becomes of it.
    pub async fn for_client(self: Arc<Self>, request: &HttpRequest) -> (Bytes, Option<ContentEncoding>) {
        let Some(encoding) = wished(request) else { return (self.plain.clone(), None) };
        let packed = match self.form(encoding).get() {
            Some(packed) => Some(packed.clone()),
            // Not on the thread that serves: votes go before.
            None => {
                let page = self.clone();
                block(move || page.form(encoding).get_or_init(|| pack(&page.plain, encoding)).clone()).await.ok()
            }
        };
        match packed {
            Some(packed) => (packed, Some(encoding)),
            None => (self.plain.clone(), None),
        }
    }

    fn form(&self, encoding: ContentEncoding) -> &OnceLock<Bytes> {
        if encoding == ContentEncoding::Brotli { &self.brotli } else { &self.gzip }
    }
}

/// Brotli or gzip, if the client likes one of them best.
fn wished(request: &HttpRequest) -> Option<ContentEncoding> {
    let ours = [ContentEncoding::Identity, ContentEncoding::Brotli, ContentEncoding::Gzip, ContentEncoding::Deflate];
    let ours = ours.map(Encoding::Known);
    match AcceptEncoding::parse(request).ok()?.negotiate(ours.iter())? {
        Encoding::Known(encoding @ (ContentEncoding::Brotli | ContentEncoding::Gzip)) => Some(encoding),
        _ => None,
    }
}

fn pack(plain: &[u8], encoding: ContentEncoding) -> Bytes {
    const WHY: &str = "writing to memory cannot fail";
    let mut packed = Vec::with_capacity(plain.len() / 3);
    if encoding == ContentEncoding::Brotli {
        let mut encoder = brotli::CompressorWriter::new(&mut packed, BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
        encoder.write_all(plain).expect(WHY);
        drop(encoder);
    } else {
        let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::new(GZIP_LEVEL));
        encoder.write_all(plain).expect(WHY);
        encoder.finish().expect(WHY);
    }
    packed.into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::http::header::ACCEPT_ENCODING;
    use actix_web::test::TestRequest;

    use super::*;

    async fn got(accepted: &str) -> (Bytes, Option<ContentEncoding>) {
        let request = TestRequest::default().insert_header((ACCEPT_ENCODING, accepted)).to_http_request();
        Text::new("lunch ".repeat(1000)).for_client(&request).await
    }

    #[actix_web::test]
    async fn each_form_is_the_same_page_and_smaller() {
        let (bytes, form) = got("gzip, deflate, br, zstd").await;
        let mut text = String::new();
        brotli::Decompressor::new(&*bytes, 4096).read_to_string(&mut text).unwrap();
        assert_eq!((form, text), (Some(ContentEncoding::Brotli), "lunch ".repeat(1000)));
        assert!(bytes.len() < 1000);
        let (bytes, form) = got("gzip").await;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
        assert_eq!((form, text), (Some(ContentEncoding::Gzip), "lunch ".repeat(1000)));
    }

    #[actix_web::test]
    async fn what_cannot_be_had_is_left_as_it_is() {
        for accepted in ["identity", "", "zstd", "deflate", "br;q=0"] {
            assert_eq!(got(accepted).await, ("lunch ".repeat(1000).into(), None), "{accepted}");
        }
    }
}
