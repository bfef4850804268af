//! The language of an answer: what a browser wishes for, the dearest first. Knows the header, not the languages that there are.

use std::cmp::Reverse;

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header, Quality};

use crate::lang::Texts;

/// The texts for who asks. Builders of link previews wish for nothing, and get English.
pub fn texts(request: &HttpRequest) -> &'static Texts {
    let wishes = AcceptLanguage::parse(request).map(|wishes| wanted(&wishes)).unwrap_or_default();
    Texts::wished(wishes.iter().map(String::as_str))
}

/// Language tags by their quality, without those that are not wanted at all.
fn wanted(AcceptLanguage(wishes): &AcceptLanguage) -> Vec<String> {
    let mut wishes: Vec<_> = wishes.iter().filter(|wish| wish.quality > Quality::ZERO).collect();
    // Equal ones stay in their order.
    wishes.sort_by_key(|wish| Reverse(wish.quality));
    wishes.into_iter().map(|wish| wish.item.to_string()).collect()
}
