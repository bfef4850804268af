//! The query of `GET /api/venues`: refused, or a question within its bounds that can be asked again as the same.

use url::form_urlencoded;

use crate::venues::question::{Place, Question, RawQuestion};

pub fn check(data: &[u8]) {
    let mut raw = RawQuestion::default();
    for (name, value) in form_urlencoded::parse(data) {
        let field = match &*name {
            "ll" => &mut raw.ll,
            "query" => &mut raw.query,
            "near" => &mut raw.near,
            "limit" => &mut raw.limit,
            _ => continue,
        };
        *field = Some(value.into_owned());
    }
    let Ok(question) = Question::parse(raw) else { return };
    assert!((1..=50).contains(&question.limit));
    let short = |text: &String| (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    assert!(question.query.as_ref().is_none_or(short), "a query out of its bounds");
    let mut again = RawQuestion {
        query: question.query.clone(),
        limit: Some(question.limit.to_string()),
        ..RawQuestion::default()
    };
    match &question.place {
        Place::At(point) => {
            assert!(point.lat().abs() <= 90.0 && point.lng().abs() <= 180.0, "off the globe");
            again.ll = Some(format!("{},{}", point.lat(), point.lng()));
        }
        Place::Near(name) => {
            assert!(short(name), "a place's name out of its bounds");
            again.near = Some(name.clone());
        }
        Place::Nowhere => {}
    }
    assert!(Question::parse(again).is_ok_and(|again| again == question), "what is asked is read as the same");
}
