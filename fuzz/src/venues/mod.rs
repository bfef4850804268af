//! What reads the answers of venue sources, and people's questions: the product's files, without those that ask.

#[path = "../../../src/venues/answer.rs"]
pub mod answer;
#[path = "../../../src/venues/error.rs"]
pub mod error;
#[path = "../../../src/venues/fold.rs"]
pub mod fold;
#[path = "../../../src/venues/question.rs"]
pub mod question;
#[path = "../../../src/venues/read.rs"]
pub mod read;

pub mod file;
pub mod foursquare;
pub mod photon;
