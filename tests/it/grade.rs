//! What MDN's HTTP Observatory looks at, asked of the server behind TLS: each point that its grade A+ needs, and those that it gives
//! beyond.

use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};

use crate::server::Server;

/// Half a year, what the Observatory wants of Strict-Transport-Security.
const HALF_A_YEAR_SECS: u64 = 15_768_000;

/// As on a host whose router speaks TLS for it.
async fn behind_tls() -> Server {
    let settings = [("WTE__SERVER__TRUSTED_PROXIES", "1"), ("WTE__SERVER__PUBLIC_URL", "https://lunch.example")];
    Server::start(&settings).await
}

fn said<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

#[tokio::test]
async fn every_point_of_the_grade_is_given() {
    let server = behind_tls().await;
    for path in ["/", "/a/lunch"] {
        let response = server.request(Method::GET, path).header("x-forwarded-proto", "https").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers().clone();

        let policy = said(&headers, "content-security-policy");
        let parts: Vec<Vec<&str>> = policy.split(';').map(|part| part.split_whitespace().collect()).collect();
        let of =
            |name: &str| parts.iter().find(|part| part[0] == name).unwrap_or_else(|| panic!("no {name}"))[1..].to_vec();
        assert_eq!(of("default-src"), ["'none'"]);
        let scripts = of("script-src");
        assert_eq!(scripts[0], "'self'");
        // What else may run is a file, not a host: the map's, which the page checks by its hash besides.
        assert!(scripts[1..].iter().all(|at| at.starts_with("https://") && at.ends_with(".js")), "{scripts:?}");
        assert_eq!(of("frame-ancestors"), ["'none'"]);
        assert_eq!(of("base-uri"), ["'none'"]);
        assert_eq!(of("form-action"), ["'self'"]);
        assert!(!policy.contains("unsafe") && !policy.contains("http:") && !policy.contains('*'), "{policy}");

        let insist = said(&headers, "strict-transport-security");
        let secs: u64 = insist.trim_start_matches("max-age=").split(';').next().unwrap().parse().unwrap();
        assert!(secs >= HALF_A_YEAR_SECS, "{insist}");

        assert_eq!(said(&headers, "x-content-type-options"), "nosniff");
        assert_eq!(said(&headers, "x-frame-options"), "DENY");
        assert_eq!(said(&headers, "referrer-policy"), "strict-origin-when-cross-origin");
        assert_eq!(said(&headers, "cross-origin-resource-policy"), "same-site");
        assert!(!headers.contains_key("access-control-allow-origin"), "no other site reads this page");

        let cookies: Vec<&str> = headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert_eq!(cookies.len(), 1);
        for wanted in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookies[0].contains(wanted), "{wanted} in {}", cookies[0]);
        }

        // Scripts and style sheets of this very host need no fingerprint; there are no others. The page's words are data.
        let page = response.text().await.unwrap();
        let kinds = ["script", "link rel=\"stylesheet\""];
        let fetched = page.split('<').filter(|tag| kinds.iter().any(|kind| tag.starts_with(kind)));
        for tag in fetched.filter(|tag| !tag.starts_with("script type=\"application/json\"")) {
            assert!(tag.contains("=\"/assets/"), "{tag}");
        }
    }
}

#[tokio::test]
async fn who_comes_without_tls_is_led_to_it() {
    let server = behind_tls().await;
    for path in ["/", "/?area=lunch", "/a/%E5%8D%88%E9%A5%AD?wall"] {
        let response = server.request(Method::GET, path).header("x-forwarded-proto", "http").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(response.headers()[LOCATION], format!("https://lunch.example{path}"));
    }
}

#[tokio::test]
async fn nobody_is_led_to_where_no_tls_is_or_where_the_host_looks_after_the_server() {
    let tls = behind_tls().await;
    let office = Server::start(&[("WTE__SERVER__TRUSTED_PROXIES", "1")]).await;
    let direct = Server::start(&[("WTE__SERVER__PUBLIC_URL", "https://lunch.example")]).await;
    for (server, path, proto) in [
        (&tls, "/", Some("https")),
        (&tls, "/", None),
        (&tls, "/healthz", Some("http")),
        (&office, "/", Some("http")),
        // Without a proxy that is trusted anybody can write the header.
        (&direct, "/", Some("http")),
    ] {
        let mut request = server.request(Method::GET, path);
        if let Some(proto) = proto {
            request = request.header("x-forwarded-proto", proto);
        }
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK, "{path} {proto:?}");
    }
}

#[tokio::test]
async fn search_engines_may_read_all() {
    let server = Server::start(&[]).await;
    let response = server.get("/robots.txt").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(said(response.headers(), "content-type"), "text/plain; charset=utf-8");
    assert_eq!(response.text().await.unwrap(), "User-agent: *\nAllow: /\n");
}
