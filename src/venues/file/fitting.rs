//! Which of the file's places fit a question, and how well. Knows words and distances, nothing of files.

use super::super::answer::{Found, metres};
use super::super::fold;
use super::super::question::{Place, Point, Question};
use crate::domain::venue::Venue;

/// A place, with the words by which it is found.
pub struct Entry {
    pub venue: Venue,
    /// The name's words, folded, with one space between.
    name: String,
    /// The same of categories and address.
    more: String,
}

/// How a place fits, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The name begins with what is asked for.
    Name,
    /// Words of the name begin with its words.
    WordsOfName,
    /// Words of name, categories or address do.
    Words,
    /// It stands somewhere within; this is how names without spaces are found.
    Within,
}

impl Entry {
    pub fn new(venue: Venue) -> Self {
        let address = venue.location.iter().filter_map(|location| location.address.as_deref());
        let more = venue.categories.iter().map(|category| &*category.name).chain(address);
        let more: Vec<String> = more.flat_map(fold::words).collect();
        Self { name: fold::words(&venue.name).join(" "), more: more.join(" "), venue }
    }

    /// None where a word that is asked for is nowhere.
    fn fit(&self, asked: &[String]) -> Option<Fit> {
        let begins = |text: &str, word: &String| text.split(' ').any(|known| known.starts_with(word.as_str()));
        let all = |found: &dyn Fn(&String) -> bool| asked.iter().all(found);
        if self.name.starts_with(&asked.join(" ")) {
            Some(Fit::Name)
        } else if all(&|word| begins(&self.name, word)) {
            Some(Fit::WordsOfName)
        } else if all(&|word| begins(&self.name, word) || begins(&self.more, word)) {
            Some(Fit::Words)
        } else {
            all(&|word| self.name.contains(word.as_str()) || self.more.contains(word.as_str())).then_some(Fit::Within)
        }
    }
}

/// The best fitting places, among equal ones the nearest where a place is known, else in the file's order; no more than asked for.
/// Without a query, all fit.
pub fn search(entries: &[Entry], question: &Question) -> Vec<Found> {
    let asked = question.query.as_deref().map(fold::words);
    if asked.as_ref().is_some_and(Vec::is_empty) {
        // Nothing but punctuation.
        return Vec::new();
    }
    let asked = asked.unwrap_or_default();
    let from = if let Place::At(point) = question.place { Some(point) } else { None };
    let mut fitting: Vec<_> = entries
        .iter()
        .filter_map(|entry| Some((entry.fit(&asked)?, distance(from, entry).unwrap_or(u32::MAX), entry)))
        .collect();
    fitting.sort_by_key(|(fit, distance, _)| (*fit, *distance));
    fitting.truncate(usize::from(question.limit));
    fitting.into_iter().map(|(.., entry)| Found::new(entry.venue.clone(), None, from)).collect()
}

fn distance(from: Option<Point>, entry: &Entry) -> Option<u32> {
    metres(from?, entry.venue.location.as_ref()?)
}

#[cfg(test)]
mod tests {
    use super::super::super::question::RawQuestion;
    use super::*;
    use crate::domain::venue::{Category, Location, RawVenue};

    /// So many thousandths of a degree north of 52.5,13.4.
    fn place(name: &str, category: &str, address: &str, north: f64) -> Entry {
        let venue = Venue::parse(RawVenue {
            id: Some(name.into()),
            name: Some(name.into()),
            categories: Some(vec![Category { name: category.into(), icon: None }]),
            location: Some(Location {
                lat: Some(52.5 + north / 1000.0),
                lng: Some(13.4),
                address: Some(address.into()),
            }),
            ..RawVenue::default()
        });
        Entry::new(venue.unwrap())
    }

    fn places() -> Vec<Entry> {
        vec![
            place("Crème Fraîche", "Café", "Thaerstraße 1", 4.0),
            place("The Thai Palace", "Restaurant", "Kirchgasse 3", 3.0),
            place("Thaigarten", "Restaurant", "Marktplatz 1", 2.0),
            place("Thali", "Indian", "Große Straße 2", 1.0),
            place("兰州拉面馆", "Nudeln", "Marktplatz 2", 0.0),
        ]
    }

    fn names(query: &str, ll: &str) -> Vec<String> {
        let given = |text: &str| Some(text.to_owned());
        let raw = RawQuestion { query: given(query), ll: given(ll), limit: given("3"), ..RawQuestion::default() };
        let found = search(&places(), &Question::parse(raw).unwrap());
        found.into_iter().map(|found| found.venue.name).collect()
    }

    #[test]
    fn names_that_begin_so_come_first_then_their_words_then_all_words() {
        assert_eq!(names("tha", ""), ["Thaigarten", "Thali", "The Thai Palace"]);
        assert_eq!(names("thae", ""), ["Crème Fraîche"]);
        assert_eq!(names("thai pal", ""), ["The Thai Palace"]);
        assert_eq!(names("the t", ""), ["The Thai Palace"]);
    }

    #[test]
    fn among_equal_ones_the_nearest_comes_first_where_a_place_is_known() {
        assert_eq!(names("tha", "52.5,13.4"), ["Thali", "Thaigarten", "The Thai Palace"]);
        assert_eq!(names("tha", "52.51,13.4"), ["Thaigarten", "Thali", "The Thai Palace"]);
    }

    #[test]
    fn without_a_query_the_nearest_are_listed() {
        assert_eq!(names("", "52.5,13.4"), ["兰州拉面馆", "Thali", "Thaigarten"]);
    }

    #[test]
    fn neither_case_nor_accents_count_and_every_word_has_to_be_there() {
        assert_eq!(names("FRAICHE creme", ""), ["Crème Fraîche"]);
        assert_eq!(names("cafe thaerstrasse", ""), ["Crème Fraîche"]);
        assert_eq!(names("indian grosse", ""), ["Thali"]);
        assert!(names("thali palace", "").is_empty() && names("pizza", "").is_empty() && names("?!", "").is_empty());
    }

    #[test]
    fn a_name_without_spaces_is_found_by_its_middle() {
        assert_eq!(names("拉面", ""), ["兰州拉面馆"]);
        assert_eq!(names("garten", ""), ["Thaigarten"]);
    }
}
