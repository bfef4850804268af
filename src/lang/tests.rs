//! What the files of `lang/` have to be, and how their texts become sentences.

use std::collections::BTreeSet;

use super::*;

/// The holes of a text, in all its forms.
fn holes(text: &Text) -> BTreeSet<&str> {
    let of = |mut text| {
        let mut found = Vec::new();
        while let Some((_, hole, after)) = next_hole(text) {
            found.push(hole);
            text = after;
        }
        found
    };
    match text {
        Text::Plain(text) => of(text).into_iter().collect(),
        Text::Plural(forms) => forms.values().flat_map(|form| of(form)).collect(),
    }
}

/// One sentence for each thing in which a language is not like English.
fn faults(texts: &Texts, english: &Texts) -> Vec<String> {
    let tag = texts.tag;
    let mut faults = Vec::new();
    let mut compare = |group: &str, name: &str, pair: (Option<&Text>, Option<&Text>)| match pair {
        (Some(text), Some(model)) if holes(text) != holes(model) => {
            faults.push(format!("{tag}: {group}.{name} has the holes {:?}, not {:?}", holes(text), holes(model)));
        }
        (Some(Text::Plain(text)), Some(Text::Plain(_))) if !text.is_empty() => {}
        (Some(Text::Plural(forms)), Some(Text::Plural(_))) => {
            let needed: BTreeSet<_> = texts.rules.categories().map(name_of).collect();
            let there: BTreeSet<_> = forms.keys().map(String::as_str).collect();
            if there != needed {
                faults.push(format!("{tag}: {group}.{name} has the forms {there:?}, not {needed:?}"));
            }
        }
        _ => faults
            .push(format!("{tag}: {group}.{name} is missing, empty, superfluous, or a plural in one language alone")),
    };
    for (group, own, model) in [
        ("page", &texts.file.page, &english.file.page),
        ("html", &texts.file.html, &english.file.html),
        ("errors", &plain(&texts.file.errors), &plain(&english.file.errors)),
    ] {
        for name in own.keys().chain(model.keys()).collect::<BTreeSet<_>>() {
            compare(group, name, (own.get(name), model.get(name)));
        }
    }
    faults
}

fn plain(errors: &BTreeMap<String, String>) -> BTreeMap<String, Text> {
    errors.iter().map(|(code, text)| (code.clone(), Text::Plain(text.clone()))).collect()
}

/// The words of what the page opens later; scripts alone say them.
const LATER: [(&str, &str); 5] = [
    ("en", include_str!("../../assets/lang/en.json")),
    ("de", include_str!("../../assets/lang/de.json")),
    ("fr", include_str!("../../assets/lang/fr.json")),
    ("es", include_str!("../../assets/lang/es.json")),
    ("zh-Hans", include_str!("../../assets/lang/zh-Hans.json")),
];

fn later() -> Vec<Texts> {
    let read =
        |(tag, page)| Texts::read(tag, &format!("{{\"page\": {page}, \"html\": {{}}, \"errors\": {{}}}}")).unwrap();
    LATER.map(read).into()
}

fn texts(page: &str) -> Texts {
    let file = format!("{{\"page\": {page}, \"html\": {{}}, \"errors\": {{}}}}");
    Texts::read("fr", &file).unwrap()
}

#[test]
fn every_language_has_every_text_with_its_holes_and_its_plurals() {
    let later = later();
    for (texts, english) in ALL.iter().map(|texts| (texts, &ALL[0])).chain(later.iter().map(|texts| (texts, &later[0])))
    {
        assert_eq!(faults(texts, english), Vec::<String>::new());
    }
}

#[test]
fn no_text_is_there_twice() {
    for texts in ALL.iter() {
        let twice: Vec<_> = texts.file.page.keys().filter(|name| texts.file.html.contains_key(*name)).collect();
        assert!(twice.is_empty(), "{}: {twice:?} is in page, and again in html", texts.tag);
    }
    for (tag, file) in FILES.into_iter().chain(LATER) {
        // A parser keeps the last of two texts of one name, and says nothing.
        let names: Vec<_> = file.lines().filter_map(|line| line.trim_start().split_once("\": ")).collect();
        let nested = ["\"page", "\"html", "\"errors"];
        let mut seen = BTreeSet::new();
        for (name, _) in names.iter().filter(|(name, _)| !nested.contains(name)) {
            let both = ["\"badName", "\"nameTaken"].contains(name);
            assert!(seen.insert(*name) || both, "{tag} has {name} twice");
        }
    }
}

/// The companion of the claims above: each fault, planted, is found.
#[test]
fn a_planted_fault_is_found() {
    let english = texts(r#"{"a": "{x}", "b": {"one": "{n} b", "many": "{n} b", "other": "{n} b"}}"#);
    for (page, says) in [
        (r#"{"a": "{x}"}"#, "page.b is missing"),
        (r#"{"a": "{x}", "b": {"one": "{n}", "many": "{n}", "other": "{n}"}, "c": "c"}"#, "page.c is missing"),
        (r#"{"a": "{y}", "b": {"one": "{n}", "many": "{n}", "other": "{n}"}}"#, "page.a has the holes"),
        (r#"{"a": "", "b": {"one": "{n}", "many": "{n}", "other": "{n}"}}"#, "page.a has the holes"),
        (r#"{"a": "{x}", "b": {"one": "{n}", "other": "{n}"}}"#, "page.b has the forms"),
        (r#"{"a": "{x}", "b": "{n}"}"#, "page.b is missing, empty, superfluous, or a plural"),
    ] {
        let found = faults(&texts(page), &english);
        assert!(found.len() == 1 && found[0].contains(says), "{page}: {found:?}");
    }
}

#[test]
fn a_wish_is_met_by_its_language() {
    for (wishes, tag) in [
        (&["de"][..], "de"),
        (&["DE-at"], "de"),
        (&["pl", "fr-CA", "de"], "fr"),
        (&["es-419"], "es"),
        (&["zh"], "zh-Hans"),
        (&["zh-TW"], "zh-Hans"),
        (&["zh-Hant-HK", "en"], "zh-Hans"),
        (&["en-GB", "de"], "en"),
        (&["pl"], "en"),
        (&["*"], "en"),
        (&["", "-", "d", "deu"], "en"),
        (&[], "en"),
    ] {
        assert_eq!(Texts::wished(wishes.iter().copied()).tag(), tag, "{wishes:?}");
    }
}

#[test]
fn a_plural_is_right_in_each_language() {
    for (tag, n, text) in [
        ("en", 0_usize, "0 votes"),
        ("en", 1, "1 vote"),
        ("de", 2, "2 Stimmen"),
        ("fr", 0, "0 vote"),
        ("fr", 2, "2 votes"),
        ("fr", 1_000_000, "1000000 de votes"),
        ("es", 1, "1 voto"),
        ("zh-Hans", 1, "1 票"),
    ] {
        assert_eq!(Texts::wished([tag]).say("votes").n(n).to_string(), text, "{tag}");
    }
}

#[test]
fn a_hole_takes_any_text_and_only_once() {
    let english = Texts::wished([]);
    let said = |name: &str| english.say("nameFree").with("name", name).to_string();
    assert_eq!(said("Ann {name} {n}"), "Take “Ann {name} {n}”");
    assert_eq!(said("מיכל"), "Take “\u{2068}מיכל\u{2069}”", "what is written from the right is kept apart");
    assert_eq!(english.say("nobody wrote this").n(1_usize).to_string(), "");
}

#[test]
fn the_scripts_texts_cannot_end_their_element() {
    let hostile = texts(r#"{"a": "</script><!-- & \" \\ "}"#);
    assert!(!hostile.block().contains('<'), "{}", hostile.block());
    let read: serde_json::Value = serde_json::from_str(hostile.block()).unwrap();
    assert_eq!(read["page"]["a"], "</script><!-- & \" \\ ");
}
