//! What may stand in `[map]`: browsers load and run these addresses, so they are held to more than other addresses. Knows nothing
//! of maps.

use url::{Host, Url};

use super::ConfigError;
use super::checks::web_address;
use super::layers::{Layers, Setting};
use super::settings::{Map, Remote};

/// Characters of the credit, at most: it has to fit a corner of a phone's map.
const CREDIT_MAX: usize = 100;
/// The hashes that browsers know, and their bytes.
const HASHES: [(&str, usize); 3] = [("sha256-", 32), ("sha384-", 48), ("sha512-", 64)];
/// What stands for the tile in a template, what each browser puts there at times, and what is left out then.
const HOLES: [(&str, &str); 4] = [("{z}", "0"), ("{x}", "0"), ("{y}", "0"), ("{r}", "")];
/// A part of the host that browsers spread their questions over.
const SPREAD: &str = "//{s}.";

impl Map {
    /// None without a script, or without tiles. What is set is checked all the same: a slip is better found at the start.
    pub(super) fn take(from: &mut Layers) -> Result<Option<Self>, ConfigError> {
        let at = "an https address (http on this machine alone), without a query, and without ; , and quotes; or none";
        let integrity = "sha256-, sha384- or sha512- and the file's hash in base64";
        let remote = |from: &mut Layers, address, sum| {
            let address = or_none(from.take(address), at, file)?;
            let integrity = from.take(sum).parsed(integrity, hash)?;
            Ok(address.map(|address| Remote { address, integrity }))
        };
        let script = remote(from, "map.script", "map.script_integrity")?;
        let style = remote(from, "map.style", "map.style_integrity")?;
        let of_tiles = "an address with {z}, {x} and {y}, as https://tiles.example/{z}/{x}/{y}.png (http on this machine alone), or none";
        let tiles = or_none(from.take("map.tiles"), of_tiles, template)?;
        let tile_attribution = from
            .take("map.tile_attribution")
            .parsed("1 to 100 visible characters", |text| credit(text).then(|| text.to_owned()))?;
        let url = "an https address, or empty";
        let tile_attribution_url = from.take("map.tile_attribution_url").optional(url, safe_address)?;
        let max_zoom = from.take("map.max_zoom").whole(1..=22)?;
        Ok(match (script, style, tiles) {
            (Some(script), Some(style), Some((tiles, tile_host))) => {
                Some(Self { script, style, tiles, tile_host, tile_attribution, tile_attribution_url, max_zoom })
            }
            _ => None,
        })
    }
}

/// `none` is for variables: an empty one counts as unset.
fn or_none<T>(setting: Setting, may_be: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ConfigError> {
    setting.parsed(may_be, |text| if matches!(text, "" | "none") { Some(None) } else { parse(text).map(Some) })
}

/// An address that nobody on the way can change: what comes from there is run.
fn safe_address(text: &str) -> Option<Url> {
    let url = web_address(text)?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    (url.scheme() == "https" || here).then_some(url)
}

/// The exact address of one file, fit for a content security policy: there `;` and `,` end a source, and a query is not compared.
fn file(text: &str) -> Option<String> {
    let url = safe_address(text)?;
    let fits = url.path().len() > 1 && url.query().is_none() && !url.as_str().contains([';', ',', '\'', '"']);
    fits.then(|| url.into())
}

/// A tile's address with its holes, and the source that a policy has to name for it.
fn template(text: &str) -> Option<(String, String)> {
    let whole = HOLES.iter().all(|(hole, _)| *hole == "{r}" || text.matches(hole).count() == 1);
    let mut filled = text.replacen(SPREAD, "//a.", 1);
    let spread = filled != text;
    for (hole, by) in HOLES {
        filled = filled.replace(hole, by);
    }
    let clean = !filled.contains(['{', '}', ';', ',', '\'', '"', '<', '>']) && !filled.contains(char::is_whitespace);
    let host = safe_address(&filled).filter(|_| whole && clean)?.origin().ascii_serialization();
    Some((text.to_owned(), if spread { host.replacen("//a.", "//*.", 1) } else { host }))
}

fn hash(text: &str) -> Option<String> {
    let (kind, bytes) = HASHES.iter().find(|(kind, _)| text.starts_with(kind))?;
    let sum = &text[kind.len()..];
    let digits = sum.trim_end_matches('=');
    let padding = (3 - bytes % 3) % 3;
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    (plain && sum.len() == bytes.div_ceil(3) * 4 && sum.len() - digits.len() == padding).then(|| text.to_owned())
}

fn credit(text: &str) -> bool {
    (1..=CREDIT_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_run_comes_over_https_or_from_this_machine() {
        for right in ["https://cdn.example/l@1/leaflet.js", "http://127.0.0.1:99/a.js", "http://[::1]/a.js"] {
            assert_eq!(file(right).as_deref(), Some(right));
        }
        for wrong in [
            "http://cdn.example/leaflet.js",
            "https://cdn.example",
            "https://cdn.example/a.js?v=1",
            "https://cdn.example/a.js;script-src",
            "https://cdn.example/a,b.js",
            "https://u:p@cdn.example/a.js",
            "/leaflet.js",
            "javascript:alert(1)",
        ] {
            assert_eq!(file(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn tiles_have_their_holes_and_a_host_that_a_policy_can_name() {
        let host = |text| template(text).map(|(_, host)| host);
        assert_eq!(host("https://tiles.example/{z}/{x}/{y}.png").as_deref(), Some("https://tiles.example"));
        assert_eq!(host("https://{s}.tiles.example/{z}/{x}/{y}{r}.png").as_deref(), Some("https://*.tiles.example"));
        assert_eq!(host("http://127.0.0.1:8099/{z}/{x}/{y}").as_deref(), Some("http://127.0.0.1:8099"));
        assert!(template("https://tiles.example/{z}/{x}/{y}?key=abc").is_some(), "providers have keys");
        for wrong in [
            "https://tiles.example/{z}/{x}.png",
            "https://tiles.example/{z}/{x}/{y}/{y}.png",
            "https://{z}.tiles.example/{q}/{x}/{y}.png",
            "http://tiles.example/{z}/{x}/{y}.png",
            "https://tiles.example/{z}/{x}/{y}.png; script-src *",
            "{z}{x}{y}",
        ] {
            assert_eq!(template(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_hash_has_the_length_of_its_kind() {
        let (short, middle, long) =
            (format!("{}=", "aB+/".repeat(10) + "abc"), "aB+/".repeat(16), "aB+/".repeat(21) + "ab==");
        for right in [format!("sha256-{short}"), format!("sha384-{middle}"), format!("sha512-{long}")] {
            assert!(hash(&right).is_some(), "{right}");
        }
        for wrong in ["", "sha384-", "sha1-abcd", &middle, &format!("sha384-{short}"), &format!("sha512-{middle}")] {
            assert_eq!(hash(wrong), None, "{wrong}");
        }
        for wrong in [format!("sha384-{}!", &middle[1..]), format!("sha384-{}=", &middle[1..])] {
            assert_eq!(hash(&wrong), None, "{wrong}");
        }
    }
}
