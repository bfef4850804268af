//! Who is asked, around where, and how often.

use std::time::Duration;

use where_to_eat::venues::{BadQuestion, Choice, SetupError, VenueError, Venues, VenuesOptions};

use super::stand_in::{Reply, StandIn};
use super::{found, options, question, search};

async fn service() -> StandIn {
    StandIn::start(|asked| match &*asked.path {
        "/places/search" => Reply::recorded("foursquare-soho"),
        _ => Reply::recorded("photon-mitte"),
    })
    .await
}

async fn with(change: impl FnOnce(&mut VenuesOptions)) -> (StandIn, Result<Venues, SetupError>) {
    let service = service().await;
    let mut options = options(Choice::OpenStreetMap, &service);
    change(&mut options);
    (service, Venues::new(options))
}

#[tokio::test]
async fn the_center_serves_where_no_place_is_named() {
    let (service, venues) = with(|options| options.center = Some((52.5171, 13.3889))).await;
    let venues = venues.unwrap();
    found(&venues, "").await;
    found(&venues, "ll=48.1,11.5").await;
    let asked: Vec<_> = service.asked().iter().map(|asked| asked.query["lat"].clone()).collect();
    assert_eq!(asked, ["52.517", "48.1"]);
}

#[tokio::test]
async fn neither_a_place_nor_a_query_is_no_question() {
    let (service, venues) = with(|_| {}).await;
    assert_eq!(search(&venues.unwrap(), "").await, Err(VenueError::Question(BadQuestion::NoPlace)));
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn a_session_that_asks_too_often_is_told_to_wait_and_others_are_not() {
    let (service, venues) = with(|options| options.per_minute = 2).await;
    let venues = venues.unwrap();
    for query in ["query=a", "query=b"] {
        assert!(venues.search("ann", question(query)).await.is_ok());
    }
    let refused = venues.search("ann", question("query=c")).await;
    let Err(VenueError::RateLimited { retry_after }) = refused else { panic!("{refused:?}") };
    assert!(retry_after > Duration::ZERO && retry_after <= Duration::from_secs(30));
    assert!(venues.search("bob", question("query=c")).await.is_ok());
    assert_eq!(service.asked().len(), 3);
}

#[tokio::test]
async fn a_set_up_that_cannot_work_is_refused_with_its_name() {
    let refused =
        async |change: fn(&mut VenuesOptions)| with(change).await.1.err().expect("it cannot work").to_string();
    assert!(refused(|options| options.sources = vec![Choice::Foursquare]).await.contains("FOURSQUARE_API_KEY"));
    let key = async |key: &'static str| {
        let change = move |options: &mut VenuesOptions| {
            options.sources = vec![Choice::Foursquare];
            options.foursquare_key = Some(key.into());
        };
        with(change).await.1.err().expect("it is no key").to_string()
    };
    assert!(key("a\nb").await.contains("FOURSQUARE_API_KEY") && key(" ").await.contains("FOURSQUARE_API_KEY"));
    assert!(refused(|options| options.photon_url = "photon".into()).await.contains("venues.photon_url"));
    assert!(refused(|options| options.center = Some((91.0, 0.0))).await.contains("venues.center"));
}
