//! Makes one answer of what several sources say: each place once, in order, with credit to whom it is due. Asks nobody.

use std::collections::HashSet;
use std::sync::Arc;

use super::answer::{Answer, Attribution, Found, Told, metres, metres_between};
use super::error::VenueError;
use super::fold;
use super::question::{Place, Question};

/// Metres within which two sources mean the same place by the same name: they put their pins at the door, on the roof, on the
/// street. Two branches of a chain are farther apart, as a rule.
const SAME_PLACE: u32 = 75;

/// What a source said, and which one.
pub type Said = (&'static str, Result<Arc<Told>, VenueError>);

/// The places of all who answered, no more than were asked for; of a place that two of them know, the words of the one that comes
/// first. An error only where somebody failed and nobody found anything: what is known to one need not wait for another.
pub fn joined(question: &Question, said: &[Said]) -> Result<Answer, VenueError> {
    let told: Vec<(&'static str, &Told)> =
        said.iter().filter_map(|(name, told)| Some((*name, told.as_deref().ok()?))).collect();
    let venues = arranged(question, &told);
    if venues.is_empty()
        && let Some(error) = said.iter().filter_map(|(_, told)| told.as_ref().err()).min_by_key(|error| rank(error))
    {
        return Err(*error);
    }
    let names: Vec<&str> = told.iter().map(|(name, _)| *name).collect();
    let shown = |name| venues.is_empty() || venues.iter().any(|found| found.venue.source.as_deref() == Some(name));
    let credited = told.iter().filter(|(name, _)| shown(*name));
    let attributions: Vec<Attribution> = credited.filter_map(|(_, told)| told.attribution.clone()).collect();
    Ok(Answer {
        source: if names.is_empty() { "none".to_owned() } else { names.join(",") },
        attribution: in_one(&attributions),
        attributions,
        venues,
    })
}

/// In turn the next best of each source; where a place is known, these nearest first.
fn arranged(question: &Question, told: &[(&'static str, &Told)]) -> Vec<Found> {
    let mut lists: Vec<Vec<&Found>> = Vec::new();
    for (_, told) in told {
        let known = |found: &&Found| lists.iter().flatten().any(|known| same(known, found));
        let new = told.venues.iter().filter(|found| !known(found)).collect();
        lists.push(new);
    }
    let mut venues: Vec<Found> = in_turn(lists).into_iter().cloned().collect();
    let mut seen = HashSet::new();
    venues.retain(|found| seen.insert(found.venue.id.clone()));
    venues.truncate(usize::from(question.limit));
    if question.place != Place::Nowhere {
        if let Some(at) = told.iter().find_map(|(_, told)| told.at) {
            for found in &mut venues {
                found.distance = found.distance.or_else(|| metres(at, found.venue.location.as_ref()?));
            }
        }
        venues.sort_by_key(|found| found.distance.unwrap_or(u32::MAX));
    }
    venues
}

fn same(one: &Found, other: &Found) -> bool {
    let near = || metres_between(one.venue.location.as_ref()?, other.venue.location.as_ref()?);
    one.venue.id == other.venue.id
        || near().is_some_and(|metres| metres <= SAME_PLACE)
            && fold::key(&one.venue.name) == fold::key(&other.venue.name)
}

/// The first of each list, then the second of each, and so on.
fn in_turn<T>(lists: Vec<Vec<T>>) -> Vec<T> {
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(lists.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

/// A text cannot have two addresses: of several, it has none.
fn in_one(attributions: &[Attribution]) -> Option<Attribution> {
    match attributions {
        [] => None,
        [one] => Some(one.clone()),
        several => {
            let texts: Vec<&str> = several.iter().map(|one| &*one.text).collect();
            Some(Attribution::plain(texts.join(" · ")))
        }
    }
}

/// Which of several errors helps most, the smallest first: what the person can mend, what is over soon, what may last.
fn rank(error: &VenueError) -> u8 {
    match error {
        VenueError::Question(_) | VenueError::UnknownPlace => 0,
        VenueError::RateLimited { .. } | VenueError::Busy | VenueError::TimedOut => 1,
        VenueError::OverQuota { retry_after: Some(_) } => 2,
        VenueError::Unreachable | VenueError::BadAnswer => 3,
        VenueError::OverQuota { retry_after: None } => 4,
        VenueError::BadKey => 5,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::question::{BadQuestion, Point};
    use super::*;
    use crate::domain::venue::{Location, RawVenue, Venue};

    fn at(lat: f64, lng: f64) -> Option<Location> {
        Some(Location { lat: Some(lat), lng: Some(lng), address: None })
    }

    fn found(source: &str, id: &str, location: Option<Location>, distance: Option<u32>) -> Found {
        let (id, source) = (Some(format!("{source}-{id}")), Some(source.to_owned()));
        let name = id.as_ref().map(|id| id.split_once('-').unwrap().1.to_owned());
        Found { venue: Venue::parse(RawVenue { id, name, location, source, ..RawVenue::default() }).unwrap(), distance }
    }

    /// Places of these names, so many metres away.
    fn told(source: &'static str, places: &[(&str, Option<u32>)]) -> Said {
        let venues = places.iter().map(|(name, distance)| found(source, name, None, *distance)).collect();
        let attribution = Some(Attribution::linked(source, "https://example.org/"));
        (source, Ok(Arc::new(Told { attribution, at: None, venues })))
    }

    fn question(place: Place, limit: u8) -> Question {
        Question { query: None, place, limit }
    }

    fn ids(place: Place, limit: u8, said: &[Said]) -> Vec<String> {
        let answer = joined(&question(place, limit), said).unwrap();
        answer.venues.iter().map(|found| found.venue.id.as_str().to_owned()).collect()
    }

    fn berlin() -> Place {
        Place::Near("Berlin".into())
    }

    #[test]
    fn the_most_fitting_are_taken_and_stand_nearest_first() {
        let one = [told("a", &[("far", Some(900)), ("unknown", None), ("near", Some(90)), ("far", None)])];
        assert_eq!(ids(berlin(), 10, &one), ["a-near", "a-far", "a-unknown"]);
        assert_eq!(ids(berlin(), 2, &one), ["a-far", "a-unknown"]);
        assert_eq!(ids(Place::Nowhere, 10, &one), ["a-far", "a-unknown", "a-near"]);
    }

    #[test]
    fn several_sources_take_turns_and_distance_decides_where_it_is_known() {
        let two = [
            told("a", &[("1", Some(30)), ("2", Some(10)), ("3", Some(50))]),
            told("b", &[("4", Some(40)), ("5", Some(20))]),
        ];
        assert_eq!(ids(Place::Nowhere, 10, &two), ["a-1", "b-4", "a-2", "b-5", "a-3"]);
        assert_eq!(ids(Place::Nowhere, 3, &two), ["a-1", "b-4", "a-2"]);
        assert_eq!(ids(berlin(), 10, &two), ["a-2", "b-5", "a-1", "b-4", "a-3"]);
    }

    #[test]
    fn a_place_that_two_sources_know_is_told_once_by_the_first() {
        let places =
            |source: &'static str, venues| (source, Ok(Arc::new(Told { attribution: None, at: None, venues })));
        let said = [
            places("a", vec![found("a", "CAFÉ am Eck", at(52.5, 13.4), None), found("a", "Kiosk", None, None)]),
            places(
                "b",
                vec![
                    found("b", "Cafe am Eck", at(52.5006, 13.4), None),
                    found("b", "café am eck", at(52.501, 13.4), None),
                    found("b", "Kiosk", None, None),
                    found("b", "Imbiss", at(52.5, 13.4), None),
                ],
            ),
        ];
        let told = ids(Place::Nowhere, 10, &said);
        // 67 m away is the same place, 111 m is not; neither is a name alone, nor a place alone.
        assert_eq!(told, ["a-CAFÉ am Eck", "b-café am eck", "a-Kiosk", "b-Kiosk", "b-Imbiss"]);
    }

    #[test]
    fn two_places_that_one_source_tells_apart_stay_two() {
        let twins = ["1", "2"].map(|id| {
            let raw = RawVenue { id: Some(id.into()), name: Some("Kiosk".into()), ..RawVenue::default() };
            Found { venue: Venue::parse(RawVenue { location: at(52.5, 13.4), ..raw }).unwrap(), distance: None }
        });
        let said = [("a", Ok(Arc::new(Told { attribution: None, at: None, venues: twins.to_vec() })))];
        assert_eq!(ids(Place::Nowhere, 10, &said), ["1", "2"]);
    }

    #[test]
    fn where_one_source_finds_the_place_all_get_their_distance() {
        let near = |source: &'static str, at, venues| (source, Ok(Arc::new(Told { attribution: None, at, venues })));
        let said = [
            near("a", None, vec![found("a", "1", at(52.51, 13.4), None)]),
            near("b", Point::rounded(52.5, 13.4), vec![found("b", "2", at(52.505, 13.4), None)]),
        ];
        let answer = joined(&question(berlin(), 10), &said).unwrap();
        let distances: Vec<_> = answer.venues.iter().map(|found| found.distance).collect();
        assert_eq!(distances, [Some(556), Some(1112)]);
    }

    #[test]
    fn credit_is_given_to_those_whose_places_are_shown() {
        let json = |said: &[Said]| serde_json::to_value(joined(&question(Place::Nowhere, 1), said).unwrap()).unwrap();
        let (a, b) = (told("a", &[("1", None)]), told("b", &[("2", None)]));
        let answer = json(&[a.clone(), b.clone()]);
        assert_eq!(answer["source"], "a,b");
        let credit = |text| serde_json::json!({"text": text, "url": "https://example.org/"});
        assert_eq!(answer["attribution"], credit("a"), "b's place does not fit in");
        assert_eq!(answer["attributions"], serde_json::json!([credit("a")]));

        let answer = joined(&question(Place::Nowhere, 2), &[a, b]).unwrap();
        assert_eq!(answer.attribution, Some(Attribution::plain("a · b".to_owned())));
        assert_eq!(answer.attributions.len(), 2);

        let nothing = json(&[told("a", &[])]);
        assert_eq!(nothing["attribution"], credit("a"));
        assert_eq!(json(&[])["source"], "none");
    }

    #[test]
    fn what_one_found_is_told_whatever_happened_to_the_others() {
        let said = [("a", Err(VenueError::TimedOut)), told("b", &[("1", None)])];
        let answer = joined(&question(Place::Nowhere, 10), &said).unwrap();
        assert_eq!((&*answer.source, answer.venues.len()), ("b", 1));
    }

    #[test]
    fn a_failure_is_told_where_nobody_found_anything() {
        let said = [("a", Err(VenueError::TimedOut)), told("b", &[])];
        assert_eq!(joined(&question(Place::Nowhere, 10), &said), Err(VenueError::TimedOut));
    }

    #[test]
    fn of_several_errors_the_most_useful_is_told() {
        let wait = Some(Duration::from_secs(9));
        let by_use = [
            VenueError::Question(BadQuestion::NoPlace),
            VenueError::TimedOut,
            VenueError::OverQuota { retry_after: wait },
            VenueError::Unreachable,
            VenueError::OverQuota { retry_after: None },
            VenueError::BadKey,
        ];
        for pair in by_use.windows(2) {
            let said = [("a", Err(pair[1])), ("b", Err(pair[0]))];
            assert_eq!(joined(&question(Place::Nowhere, 10), &said), Err(pair[0]));
        }
    }
}
