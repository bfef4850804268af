//! A source that is away, slow, over quota, or answers nonsense: a plain sentence each time (promise 15).

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use where_to_eat::venues::{Choice, VenueError, Venues};

use super::stand_in::{Reply, StandIn};
use super::{options, search, venues};
use crate::redis::port::Port;

const BOTH: [Choice; 2] = [Choice::Foursquare, Choice::OpenStreetMap];

/// What both sources make of a service that gives this reply to everything.
async fn both_say(reply: fn() -> Reply) -> VenueError {
    let service = StandIn::start(move |_| reply()).await;
    let mut errors = Vec::new();
    for source in BOTH {
        errors.push(search(&venues(source, &service), "ll=52.5,13.4&query=thai").await.expect_err("it is no answer"));
    }
    assert_eq!(errors[0], errors[1]);
    let sentence = errors[0].to_string();
    assert!(sentence.ends_with("You can still add any place by its name."), "{sentence}");
    errors[0]
}

#[tokio::test]
async fn a_refused_key_is_told() {
    assert_eq!(both_say(|| Reply::status("401 Unauthorized")).await, VenueError::BadKey);
    assert_eq!(both_say(|| Reply::status("403 Forbidden")).await, VenueError::BadKey);
}

#[tokio::test]
async fn a_used_up_quota_is_told_with_its_end_if_it_has_one() {
    let silent = both_say(|| Reply::status("429 Too Many Requests")).await;
    assert_eq!(silent, VenueError::OverQuota { retry_after: None });
    let busy = |header| Reply::Whole("429 Too Many Requests", header, r#"{"message":"no"}"#.to_owned());
    let seconds = StandIn::start(move |_| busy("Retry-After: 30\r\n")).await;
    let date = "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: Wed, 21 Oct 2015 07:28:30 GMT\r\n";
    let date = StandIn::start(move |_| busy(date)).await;
    let odd = StandIn::start(move |_| busy("Retry-After: soon\r\n")).await;
    let half_a_minute = Some(Duration::from_secs(30));
    for (service, retry_after) in [(&seconds, half_a_minute), (&date, half_a_minute), (&odd, None)] {
        let error = search(&venues(Choice::Foursquare, service), "query=thai").await.unwrap_err();
        assert_eq!(error, VenueError::OverQuota { retry_after });
    }
}

#[tokio::test]
async fn a_source_that_asked_to_be_left_alone_is_left_alone_and_the_sentence_says_how_long() {
    for source in BOTH {
        let refusal = || Reply::Whole("429 Too Many Requests", "Retry-After: 300\r\n", String::new());
        let service = StandIn::start(move |_| refusal()).await;
        let venues = venues(source, &service);
        assert!(search(&venues, "query=thai").await.is_err());
        let later = search(&venues, "query=ramen").await.unwrap_err();
        assert!(matches!(later, VenueError::OverQuota { retry_after: Some(_) }), "{later:?}");
        assert!(later.to_string().contains("again in 5 minutes"), "{later}");
        assert_eq!(service.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_without_a_time_is_not_held_against_the_next_question() {
    let service = StandIn::start(|_| Reply::status("429 Too Many Requests")).await;
    let venues = venues(Choice::Foursquare, &service);
    for query in ["query=thai", "query=ramen"] {
        assert_eq!(search(&venues, query).await, Err(VenueError::OverQuota { retry_after: None }));
    }
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn what_is_known_is_told_while_a_source_is_left_alone() {
    let service = StandIn::start(|asked| match &*asked.query["q"] {
        "thai" => Reply::recorded("photon-mitte"),
        _ => Reply::Whole("429 Too Many Requests", "Retry-After: 300\r\n", String::new()),
    })
    .await;
    let venues = venues(Choice::OpenStreetMap, &service);
    assert!(search(&venues, "query=thai").await.is_ok());
    assert!(search(&venues, "query=ramen").await.is_err());
    assert!(search(&venues, "query=thai").await.is_ok());
}

#[tokio::test]
async fn a_source_that_is_broken_or_gone_is_told() {
    assert_eq!(both_say(|| Reply::status("500 Internal Server Error")).await, VenueError::Unreachable);
    assert_eq!(both_say(|| Reply::status("404 Not Found")).await, VenueError::BadAnswer);
    assert_eq!(both_say(|| Reply::status("410 Gone")).await, VenueError::BadAnswer);
}

#[tokio::test]
async fn nonsense_is_told() {
    assert_eq!(both_say(|| Reply::json("<html>welcome</html>")).await, VenueError::BadAnswer);
    assert_eq!(both_say(|| Reply::json("")).await, VenueError::BadAnswer);
    assert_eq!(both_say(|| Reply::json(r#"{"results":{},"features":7}"#)).await, VenueError::BadAnswer);
    assert_eq!(both_say(|| Reply::json(&"[".repeat(10_000))).await, VenueError::BadAnswer);
    assert_eq!(both_say(|| Reply::Cut("SSH-2.0-OpenSSH\r\n".to_owned())).await, VenueError::Unreachable);
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_told() {
    let cut = || Reply::Cut("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"results\":[".to_owned());
    assert_eq!(both_say(cut).await, VenueError::Unreachable);
    assert_eq!(both_say(|| Reply::Cut(String::new())).await, VenueError::Unreachable);
}

/// White space around a good answer, so that only its size can be what is wrong with it.
#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    fn padded(bytes: usize) -> Reply {
        Reply::json(&format!(r#"{{"results":[],"features":[]{}}}"#, " ".repeat(bytes)))
    }
    assert_eq!(both_say(|| padded(1024 * 1024)).await, VenueError::BadAnswer);
    let service = StandIn::start(|_| padded(1024 * 1023)).await;
    for source in BOTH {
        assert!(search(&venues(source, &service), "query=thai").await.is_ok());
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let service = StandIn::start(|asked| match &*asked.path {
        "/elsewhere" => Reply::recorded("foursquare-soho"),
        _ => Reply::Whole("302 Found", "Location: /elsewhere\r\n", String::new()),
    })
    .await;
    let venues = venues(Choice::Foursquare, &service);
    assert_eq!(search(&venues, "query=thai").await, Err(VenueError::BadAnswer));
    assert!(service.asked().iter().all(|asked| asked.path == "/places/search"));
}

#[tokio::test]
async fn a_source_that_is_not_there_is_told() {
    let service = StandIn::recorded("foursquare-soho").await;
    let mut options = options(Choice::Foursquare, &service);
    let unused = Port::take();
    options.foursquare_url = format!("http://127.0.0.1:{}", unused.number());
    assert_eq!(search(&Venues::new(options).unwrap(), "query=thai").await, Err(VenueError::Unreachable));
}

#[tokio::test]
async fn a_slow_source_is_left_after_the_limit_wherever_it_stops() {
    let started = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"results\":[";
    for sent in ["", "HTTP/1.1 200 OK\r\n", started] {
        let service = StandIn::start(move |_| Reply::Silence(sent.to_owned())).await;
        for source in BOTH {
            let mut options = options(source, &service);
            options.timeout = Duration::from_millis(200);
            let error = search(&Venues::new(options).unwrap(), "near=Berlin&query=thai").await.unwrap_err();
            assert_eq!(error, VenueError::TimedOut, "after {sent:?}");
        }
    }
}

#[tokio::test]
async fn a_source_that_comes_back_is_asked_again() {
    let times = Mutex::new(0);
    let service = StandIn::start(move |_| {
        let mut times = times.lock().unwrap();
        *times += 1;
        if *times == 1 { Reply::status("500 Internal Server Error") } else { Reply::recorded("photon-mitte") }
    })
    .await;
    let venues = venues(Choice::OpenStreetMap, &service);
    assert_eq!(search(&venues, "query=thai").await, Err(VenueError::Unreachable));
    assert_eq!(search(&venues, "query=thai").await.unwrap().venues.len(), 2);
}

/// What was logged on this thread, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_tells_the_cause_but_not_what_was_searched_or_where() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .without_time()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let replies: [fn() -> Reply; 4] = [
        || Reply::status("500 Internal Server Error"),
        || Reply::json("sauerkraut"),
        || Reply::Cut(String::new()),
        || Reply::Silence(String::new()),
    ];
    let silence = replies.len() - 1;
    for (nth, reply) in replies.into_iter().enumerate() {
        let service = StandIn::start(move |_| reply()).await;
        for source in BOTH {
            let mut options = options(source, &service);
            if nth == silence {
                options.timeout = Duration::from_millis(200);
            }
            let venues = Venues::new(options).unwrap();
            assert!(search(&venues, "ll=48.137,11.575&query=sauerkraut").await.is_err());
            assert!(search(&venues, "near=Giesing&query=sauerkraut").await.is_err());
        }
    }
    let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for cause in ["foursquare", "openstreetmap", "status=500", "no JSON", "cannot be reached", "too long"] {
        assert!(told.contains(cause), "{cause} is missing in {told}");
    }
    for secret in ["sauerkraut", "48.137", "11.575", "Giesing", "fsq-key"] {
        assert!(!told.contains(secret), "{secret} is in {told}");
    }
}
