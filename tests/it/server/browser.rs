//! One browser: a session's cookie, and the calls of a page.

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use super::{CLIENT, Events, Server, Socket};

#[derive(Clone)]
pub struct Browser {
    pub base: String,
    pub cookie: String,
}

impl Browser {
    /// A new browser that has opened the page.
    pub async fn open(server: &Server) -> Self {
        let base = server.url("");
        let request = server.request(Method::POST, "/api/session").header(ORIGIN, &base);
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), StatusCode::OK);
        let set = response.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = set.split(';').next().unwrap().to_owned();
        Self { base, cookie }
    }

    /// The same browser at another process of the same product.
    pub fn at(&self, server: &Server) -> Self {
        Self { base: server.url(""), cookie: self.cookie.clone() }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let mut request = CLIENT.request(method, format!("{}{path}", self.base));
        request = request.header(ORIGIN, &self.base).header(COOKIE, &self.cookie);
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.expect("the server answers")
    }

    /// Keeps the cookie that an answer sets, as a browser does.
    pub fn take_cookie(&mut self, response: &Response) {
        if let Some(set) = response.headers().get(SET_COOKIE) {
            set.to_str().unwrap().split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        }
    }

    /// The status and the JSON of an answer.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let response = self.send(method, path, body).await;
        let status = response.status();
        (status, response.json().await.unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, None).await
    }

    pub async fn socket(&self) -> Socket {
        Socket::open(&self.base, &self.credentials()).await.expect("a socket")
    }

    /// One that is full soon while nobody reads it.
    pub async fn narrow_socket(&self) -> Socket {
        Socket::narrow(&self.base, &self.credentials()).await.expect("a socket")
    }

    fn credentials(&self) -> [(&'static str, &str); 2] {
        [("origin", &self.base), ("cookie", &self.cookie)]
    }

    /// The area's events, as of this place (`EPOCH-SEQ`, for a browser that comes back) or from the start.
    pub async fn events(&self, area: &str, last_id: Option<&str>) -> Events {
        Events::of(self.ask_for_events(&format!("/api/areas/{area}/events"), last_id).await)
    }

    /// The answer to an EventSource, whatever it is.
    pub async fn ask_for_events(&self, path: &str, last_id: Option<&str>) -> Response {
        let mut request = CLIENT.get(format!("{}{path}", self.base)).header(COOKIE, &self.cookie);
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        request.header("accept-encoding", "gzip, br").send().await.expect("the server answers")
    }

    /// A socket that has a name in an area, and has taken the area's state in.
    pub async fn join(&self, area: &str, username: &str) -> Socket {
        let mut socket = self.socket().await;
        socket.ask("add", serde_json::json!({"area": area, "username": username})).await;
        socket.event("updates").await;
        socket
    }
}
