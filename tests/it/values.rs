//! The rules for values, through the wire: what is taken comes back in its one form, what is not is refused by its own code.

use serde_json::{Value, json};

use crate::server::{Browser, Server, Socket};

async fn member(settings: &[(&str, &str)]) -> (Server, Browser, Socket) {
    let mut all = vec![("WTE__LIMITS__EVENTS_PER_SECOND", "0"), ("WTE__LIMITS__BAD_MESSAGES", "0")];
    all.extend(settings);
    let server = Server::start(&all).await;
    let browser = Browser::open(&server).await;
    let socket = browser.join("lunch", "Ann").await;
    (server, browser, socket)
}

#[tokio::test]
async fn areas_have_one_form() {
    let (_server, _, mut socket) = member(&[]).await;
    let longest = "ä".repeat(64);
    for (given, area) in [
        ("LUNCH", "lunch"),
        ("Cafe\u{301}", "café"),
        ("午饭-7_a", "午饭-7_a"),
        ("नमस्ते", "नमस्ते"),
        ("٣", "٣"),
        (&*longest, &*longest),
    ] {
        assert_eq!(socket.ask("watch", json!({"area": given})).await["area"], area);
    }
    for bad in ["", " ", "a b", "a.b", "a/b", "#lunch", "🍜", "½", "a\u{200d}b", &"ä".repeat(65)] {
        assert_eq!(socket.refused("watch", json!({"area": bad})).await, "badArea", "{bad}");
    }
}

#[tokio::test]
async fn names_have_one_form() {
    let (_server, _, mut socket) = member(&[]).await;
    let longest = "é".repeat(32);
    for (given, name) in
        [(" Ann \t Lee ", "Ann Lee"), ("Zoe\u{308}", "Zoë"), ("👩‍🍳", "👩‍🍳"), ("שרה", "שרה"), (&*longest, &*longest)]
    {
        let ack = socket.ask("add", json!({"area": "lunch", "username": given})).await;
        assert_eq!(ack["username"], name);
        socket.forget();
    }
    for bad in ["", " ", "\u{200d}", "a\u{200b}b", "a\u{202e}b", "a\nb\u{7}", "\u{301}", &"é".repeat(33)] {
        assert_eq!(socket.refused("add", json!({"area": "lunch", "username": bad})).await, "badName", "{bad:?}");
    }
    assert_eq!(socket.refused("add", json!({"area": "lunch"})).await, "badName");
}

#[tokio::test]
async fn pictures_are_https_or_one_emoji() {
    let (_server, _, mut socket) = member(&[]).await;
    let longest = format!("https://x.org/{}", "x".repeat(512 - 14));
    for good in ["", "emoji:🍜", "emoji:👩‍🍳", "emoji:🇩🇪", "https://example.org/a.png", &longest] {
        let ack = socket.ask("add", json!({"area": "lunch", "username": "Ann", "img": good})).await;
        assert_eq!(ack["img"], good);
    }
    let too_long = format!("{longest}x");
    for bad in [
        "http://example.org/a.png",
        "javascript:alert(1)",
        "data:image/png,",
        "emoji:",
        "emoji:ab",
        "emoji:🍜🍜",
        &too_long,
    ] {
        let data = json!({"area": "lunch", "username": "Ann", "img": bad});
        assert_eq!(socket.refused("add", data).await, "badImage", "{bad}");
    }
}

/// The venue as the area has it after a vote for it.
async fn stored(browser: &Browser, socket: &mut Socket, fs: &Value) -> Value {
    socket.ask("addVote", json!({"fs": fs})).await;
    let (_, area) = browser.get("/api/areas/lunch").await;
    let id = &area["votes"][0]["id"];
    area["venues"].as_array().unwrap().iter().find(|venue| venue["id"] == *id).unwrap().clone()
}

#[tokio::test]
async fn what_is_not_known_of_a_place_is_dropped_and_the_rest_comes_back_in_our_words() {
    let (_server, browser, mut socket) = member(&[]).await;
    let given = json!({
        "id": "4b5e", "name": " Thai  Palace ", "rating": 9.1, "__proto__": {"x": 1},
        "location": {"lat": 51.513414, "lng": -0.131812, "address": "27 Frith Street", "cc": "GB"},
        "categories": [{"name": "Thai", "icon": "https://x.org/i.png", "id": 7}],
        "tel": "+44 20 1234", "url": "HTTPS://Example.org", "source": "foursquare",
    });
    let expected = json!({
        "id": "4b5e", "name": "Thai Palace",
        "location": {"lat": 51.513414, "lng": -0.131812, "address": "27 Frith Street"},
        "categories": [{"name": "Thai", "icon": "https://x.org/i.png"}],
        "tel": "+44 20 1234", "url": "https://example.org/", "source": "foursquare",
    });
    assert_eq!(stored(&browser, &mut socket, &given).await, expected);
}

#[tokio::test]
async fn the_first_rendering_of_a_place_stands() {
    let (server, browser, mut socket) = member(&[]).await;
    stored(&browser, &mut socket, &json!({"id": "4b5e", "name": "Thai Palace", "url": "https://thai.example/"})).await;
    let mut other = Browser::open(&server).await.join("lunch", "Eve").await;
    other.ask("addVote", json!({"fs": {"id": "4b5e", "name": "Poison", "url": "https://evil.example/"}})).await;
    let vote = socket.find(|event| event["event"] == "vote" && event["data"]["username"] == "Eve").await;
    assert_eq!(vote["data"]["fs"], json!({"id": "4b5e", "name": "Thai Palace", "url": "https://thai.example/"}));
    other.ask("add", json!({"area": "dinner", "username": "Eve"})).await;
    other.forget();
    other.ask("addVote", json!({"fs": {"id": "4b5e", "name": "Another Name"}})).await;
    assert_eq!(other.event("vote").await["data"]["fs"]["name"], "Another Name", "each area has its own first");
}

#[tokio::test]
async fn two_peoples_write_in_is_one_place() {
    let (server, browser, mut socket) = member(&[]).await;
    let first = stored(&browser, &mut socket, &json!({"name": "Bob's Truck"})).await;
    assert_eq!((&first["name"], &first["source"]), (&json!("Bob's Truck"), &json!("write-in")));
    let mut other = Browser::open(&server).await.join("lunch", "Bob").await;
    other.ask("addVote", json!({"fs": {"id": "made up", "name": "  BOB'S truck", "source": "write-in"}})).await;
    let (_, area) = browser.get("/api/areas/lunch").await;
    assert_eq!(area["venues"].as_array().unwrap().len(), 1);
    let renamed = json!({"fs": {"id": first["id"], "name": "Poison"}});
    assert_eq!(other.refused("addVote", renamed).await, "badVenue", "nobody names another's write-in");
}

#[tokio::test]
async fn a_broken_field_refuses_the_whole_place() {
    let (_server, _, mut socket) = member(&[]).await;
    let with = |field: &str, value: Value| {
        let mut fs = json!({"id": "x", "name": "X"});
        fs[field] = value;
        json!({"fs": fs})
    };
    for (field, bad) in [
        ("id", json!("")),
        ("id", json!("x".repeat(65))),
        ("id", json!(" x")),
        ("id", json!(7)),
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("name", json!("a\u{202e}b")),
        ("location", json!({"lat": 91, "lng": 0})),
        ("location", json!({"lat": 51})),
        ("location", json!("here")),
        ("location", json!({"address": "x".repeat(201)})),
        ("categories", json!([{"name": ""}])),
        ("categories", json!([{"name": "x", "icon": "javascript:alert(1)"}])),
        (
            "categories",
            json!([{"name": "x"}, {"name": "x"}, {"name": "x"}, {"name": "x"}, {"name": "x"}, {"name": "x"}]),
        ),
        ("tel", json!("x".repeat(41))),
        ("url", json!("javascript:alert(1)")),
        ("url", json!("ftp://x.org")),
        ("url", json!("https://me:secret@x.org")),
        ("source", json!("x".repeat(31))),
        ("more", json!("x".repeat(4096))),
    ] {
        assert_eq!(socket.refused("addVote", with(field, bad.clone())).await, "badVenue", "{field}: {bad}");
    }
    for (field, good) in
        [("id", json!("x".repeat(64))), ("name", json!("x".repeat(100))), ("tel", json!("")), ("url", json!(null))]
    {
        socket.ask("addVote", with(field, good)).await;
    }
}

#[tokio::test]
async fn each_field_of_a_place_has_its_longest() {
    let (_server, browser, mut socket) = member(&[]).await;
    let url = |length: usize| json!(format!("https://x.org/{}", "x".repeat(length - 14)));
    let categories = |many: usize| json!(vec![json!({"name": "x"}); many]);
    for (field, longest, beyond) in [
        ("id", json!("x".repeat(64)), json!("x".repeat(65))),
        ("name", json!("é".repeat(100)), json!("é".repeat(101))),
        ("location", json!({"address": "é".repeat(200)}), json!({"address": "é".repeat(201)})),
        ("categories", categories(5), categories(6)),
        ("categories", json!([{"name": "é".repeat(60)}]), json!([{"name": "é".repeat(61)}])),
        ("categories", json!([{"name": "x", "icon": url(1024)}]), json!([{"name": "x", "icon": url(1025)}])),
        ("tel", json!("0".repeat(40)), json!("0".repeat(41))),
        ("url", url(1024), url(1025)),
        ("source", json!("x".repeat(30)), json!("x".repeat(31))),
    ] {
        // Each is another place: of one that the area has, the first rendering stands.
        let mut fs = json!({"id": format!("{field} {}", longest.to_string().len()), "name": "X"});
        fs[field] = longest.clone();
        assert_eq!(stored(&browser, &mut socket, &fs).await[field], longest);
        fs[field] = beyond;
        assert_eq!(socket.refused("addVote", json!({"fs": fs})).await, "badVenue", "{field}");
    }
}

#[tokio::test]
async fn a_place_is_taken_up_to_four_kib() {
    let (_server, _, mut socket) = member(&[]).await;
    let of = |bytes: usize| {
        let empty = json!({"id": "x", "name": "X", "more": ""}).to_string().len();
        json!({"fs": {"id": "x", "name": "X", "more": "x".repeat(bytes - empty)}})
    };
    socket.ask("addVote", of(4096)).await;
    assert_eq!(socket.refused("addVote", of(4097)).await, "badVenue");
}

#[tokio::test]
async fn numbers_have_53_bits_at_most() {
    let (_server, _, mut socket) = member(&[]).await;
    let most = (1_u64 << 53) - 1;
    let place = json!({"fs": {"id": "x", "name": "X"}});
    socket.try_ask("addVote", Some(most), place.clone()).await.unwrap();
    assert_eq!(socket.try_ask("addVote", Some(most + 1), place).await.unwrap_err()["code"], "badMessage");
}
