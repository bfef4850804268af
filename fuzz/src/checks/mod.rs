//! What has to hold of whatever bytes come: one file for each way into the product. A check panics where it does not hold.

pub mod client_frame;
pub mod foursquare_answer;
pub mod names;
pub mod photon_answer;
pub mod places_file;
pub mod store_area;
pub mod store_event;
pub mod venue_question;

mod rules;
