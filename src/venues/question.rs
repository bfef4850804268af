//! What somebody asks for: parsed, bounded and rounded. Knows nothing of who answers.

use std::fmt;

use serde::Deserialize;

use crate::domain::name::visible_text;

/// Characters of what is searched for, and of a typed place, at most: longer than any name on a door.
const TEXT_MAX: usize = 100;
/// Places in one answer, at most: what the smaller of the sources allows.
const LIMIT_MAX: u8 = 50;
/// Places in an answer where nobody says how many: what fits a phone's screen with a little scrolling.
const LIMIT_DEFAULT: u8 = 10;
/// A thousandth of a degree is about a hundred metres: near enough for lunch, too coarse to tell a door.
const STEPS_PER_DEGREE: f64 = 1000.0;

/// The parameters of `GET /api/venues` as they come from outside. Without `Debug`, for they never go to a log.
#[derive(Default, Deserialize)]
pub struct RawQuestion {
    /// `LAT,LNG` in degrees.
    pub ll: Option<String>,
    pub query: Option<String>,
    /// The name of a place, such as `Berlin Mitte`.
    pub near: Option<String>,
    pub limit: Option<String>,
}

/// Why a question cannot be asked, in a sentence for the person who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadQuestion {
    #[error("ll is a latitude and a longitude in degrees, such as 52.52,13.405.")]
    Ll,
    #[error("Search for 1 to 100 visible characters.")]
    Query,
    #[error("The place to search around has a name of 1 to 100 visible characters.")]
    Near,
    #[error("Ask for 1 to 50 places at once.")]
    Limit,
    #[error("Say where to search: type a place, or use where you are.")]
    NoPlace,
}

/// A search for places to eat. Equal questions have equal answers, so they can be asked once.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// None is "anything to eat", which needs a place.
    pub query: Option<String>,
    pub place: Place,
    /// Places in the answer, 1 to 50.
    pub limit: u8,
}

/// Where to search.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Place {
    At(Point),
    /// A name that the source has to find first.
    Near(String),
    Nowhere,
}

/// A point on the globe, to a thousandth of a degree.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point {
    lat: i32,
    lng: i32,
}

impl Question {
    /// An empty parameter is an absent one. A point is more exact than a name: with both, the point counts.
    pub fn parse(raw: RawQuestion) -> Result<Self, BadQuestion> {
        let ll = given(raw.ll).map(|ll| parsed_point(&ll).ok_or(BadQuestion::Ll)).transpose()?;
        let near = text(raw.near, BadQuestion::Near)?;
        let limit = given(raw.limit).map(|limit| parsed_limit(&limit).ok_or(BadQuestion::Limit)).transpose()?;
        Ok(Self {
            query: text(raw.query, BadQuestion::Query)?,
            place: match (ll, near) {
                (Some(point), _) => Place::At(point),
                (None, Some(name)) => Place::Near(name),
                (None, None) => Place::Nowhere,
            },
            limit: limit.unwrap_or(LIMIT_DEFAULT),
        })
    }

    /// The same question, asked around a point.
    pub fn at(self, point: Point) -> Self {
        Self { place: Place::At(point), ..self }
    }

    /// The same question, asked around `center` where it names no place itself.
    pub fn around(mut self, center: Option<Point>) -> Self {
        if let (Place::Nowhere, Some(center)) = (&self.place, center) {
            self.place = Place::At(center);
        }
        self
    }
}

/// What people look for, and where, stays out of the log even when a question is printed whole.
impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Question")
    }
}

impl Point {
    /// Degrees, rounded; none outside -90 to 90 and -180 to 180.
    pub fn rounded(lat: f64, lng: f64) -> Option<Self> {
        let steps = |degrees: f64, most: f64| {
            (degrees.abs() <= most).then_some(
                #[expect(clippy::cast_possible_truncation, reason = "180,000 steps at most")]
                {
                    (degrees * STEPS_PER_DEGREE).round() as i32
                },
            )
        };
        Some(Self { lat: steps(lat, 90.0)?, lng: steps(lng, 180.0)? })
    }

    /// Degrees, -90 to 90.
    pub fn lat(self) -> f64 {
        f64::from(self.lat) / STEPS_PER_DEGREE
    }

    /// Degrees, -180 to 180.
    pub fn lng(self) -> f64 {
        f64::from(self.lng) / STEPS_PER_DEGREE
    }
}

fn given(raw: Option<String>) -> Option<String> {
    raw.filter(|text| !text.trim().is_empty())
}

fn text(raw: Option<String>, otherwise: BadQuestion) -> Result<Option<String>, BadQuestion> {
    given(raw).map(|text| visible_text(&text, TEXT_MAX).ok_or(otherwise)).transpose()
}

fn parsed_point(ll: &str) -> Option<Point> {
    let (lat, lng) = ll.split_once(',')?;
    Point::rounded(lat.trim().parse().ok()?, lng.trim().parse().ok()?)
}

fn parsed_limit(limit: &str) -> Option<u8> {
    limit.trim().parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ask(ll: &str, query: &str, near: &str, limit: &str) -> Result<Question, BadQuestion> {
        let some = |text: &str| Some(text.to_owned());
        Question::parse(RawQuestion { ll: some(ll), query: some(query), near: some(near), limit: some(limit) })
    }

    #[test]
    fn what_is_left_empty_is_absent() {
        let question = ask(" ", "", "", "").unwrap();
        assert!(question.query.is_none() && question.place == Place::Nowhere && question.limit == 10);
        assert!(question == Question::parse(RawQuestion::default()).unwrap());
    }

    #[test]
    fn a_place_is_rounded_to_a_hundred_metres() {
        let Place::At(point) = ask("52.516275, -13.377704", "", "", "").unwrap().place else { panic!("no point") };
        assert_eq!((point.lat(), point.lng()), (52.516, -13.378));
    }

    #[test]
    fn a_point_beats_a_name() {
        assert!(ask("1,2", "", "Berlin", "").unwrap().place == Place::At(Point { lat: 1000, lng: 2000 }));
        assert!(ask("", "", " Berlin  Mitte", "").unwrap().place == Place::Near("Berlin Mitte".into()));
    }

    #[test]
    fn the_center_serves_only_where_no_place_is_named() {
        let center = Point::rounded(52.5, 13.4);
        assert!(ask("", "ramen", "", "").unwrap().around(center).place == Place::At(center.unwrap()));
        assert!(ask("", "ramen", "Bonn", "").unwrap().around(center).place == Place::Near("Bonn".into()));
    }

    #[test]
    fn what_breaks_its_bound_is_named() {
        for ll in ["52", "52,", "a,b", "91,0", "0,181", "NaN,0", "0,inf", "1,2,3"] {
            assert_eq!(ask(ll, "", "", "").unwrap_err(), BadQuestion::Ll, "{ll}");
        }
        assert_eq!(ask("", &"x".repeat(101), "", "").unwrap_err(), BadQuestion::Query);
        assert_eq!(ask("", "a\0b", "", "").unwrap_err(), BadQuestion::Query);
        assert_eq!(ask("", "", &"x".repeat(101), "").unwrap_err(), BadQuestion::Near);
        for limit in ["0", "51", "-1", "ten", "1e1"] {
            assert_eq!(ask("", "", "", limit).unwrap_err(), BadQuestion::Limit, "{limit}");
        }
        for limit in ["1", "50"] {
            assert!(
                ask("90,-180", &"x".repeat(100), &"é".repeat(100), limit).is_ok(),
                "at its bound, it is a question"
            );
        }
    }

    #[test]
    fn a_question_keeps_its_secrets_when_printed() {
        let question = ask("52.5,13.4", "ramen", "", "").unwrap();
        assert_eq!(format!("{question:?}"), "Question");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_bounded_or_refused(
            ll in "\\PC*|-?[0-9]{1,4}(\\.[0-9]*)?,-?[0-9]{1,4}(\\.[0-9]*)?",
            query in any::<String>(),
            near in any::<String>(),
            limit in "\\PC*|[0-9]{1,3}",
        ) {
            if let Ok(question) = ask(&ll, &query, &near, &limit) {
                prop_assert!((1..=50).contains(&question.limit));
                prop_assert!(question.query.is_none_or(|query| (1..=100).contains(&query.chars().count())));
                if let Place::At(point) = question.place {
                    prop_assert!(point.lat().abs() <= 90.0 && point.lng().abs() <= 180.0);
                }
            }
        }
    }
}
