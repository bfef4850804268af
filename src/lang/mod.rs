//! What the product says to people, by language: the files of `lang/`, packed into the program. Knows words, holes and plurals;
//! not who asks, nor where a text stands.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// The languages' tags, as pages name them, and their files. The first is for whoever wishes for none of them.
const FILES: [(&str, &str); 5] = [
    ("en", include_str!("../../lang/en.json")),
    ("de", include_str!("../../lang/de.json")),
    ("fr", include_str!("../../lang/fr.json")),
    ("es", include_str!("../../lang/es.json")),
    ("zh-Hans", include_str!("../../lang/zh-Hans.json")),
];

static ALL: LazyLock<Vec<Texts>> = LazyLock::new(|| {
    let read = |(tag, file)| Texts::read(tag, file).unwrap_or_else(|error| panic!("lang/{tag}.json: {error}"));
    FILES.map(read).into()
});

/// All texts of one language.
pub struct Texts {
    tag: &'static str,
    file: File,
    rules: PluralRules,
    block: String,
}

/// A file of `lang/`.
#[derive(Deserialize)]
struct File {
    /// What the scripts say; the HTML may say it too.
    page: BTreeMap<String, Text>,
    /// What is said in HTML alone, and so need not be handed to the scripts.
    html: BTreeMap<String, Text>,
    /// What went wrong, by the code of the wire.
    errors: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    /// By the plural category of the hole `n`.
    Plural(BTreeMap<String, String>),
}

impl Texts {
    /// Those of the first wish that there are; English for no wish, and for others. Wishes are language tags, the dearest first;
    /// all of Chinese gets the simplified script, which is nearer than English.
    pub fn wished<'a>(wishes: impl IntoIterator<Item = &'a str>) -> &'static Self {
        let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let of = |wish: &str| ALL.iter().find(|texts| language(texts.tag) == language(wish));
        wishes.into_iter().find_map(of).unwrap_or(&ALL[0])
    }

    fn read(tag: &'static str, file: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let file: File = serde_json::from_str(file)?;
        let rules = PluralRules::try_new_cardinal(tag.parse::<Locale>()?.into())?;
        // Nothing in it can end the element that it stands in.
        let block = serde_json::json!({"page": file.page, "errors": file.errors}).to_string().replace('<', "\\u003c");
        Ok(Self { tag, file, rules, block })
    }

    /// The language tag: `zh-Hans`.
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// What the scripts say, as JSON that may stand in a `<script>`.
    pub fn block(&self) -> &str {
        &self.block
    }

    /// The text of that name; its holes are filled by [`Said::n`] and [`Said::with`].
    pub fn say(&self, name: &str) -> Said<'_> {
        let text = self.file.html.get(name).or_else(|| self.file.page.get(name));
        Said { rules: &self.rules, text, holes: Vec::new(), category: PluralCategory::Other }
    }

    /// What the code means, in a sentence for a person.
    pub fn error(&self, code: &str) -> &str {
        let errors = &self.file.errors;
        errors.get(code).or_else(|| errors.get("internal")).map_or("", String::as_str)
    }
}

/// A text on its way into a page. Displays nothing if there is none of its name, which the tests do not let happen.
pub struct Said<'t> {
    rules: &'t PluralRules,
    text: Option<&'t Text>,
    holes: Vec<(&'static str, String)>,
    category: PluralCategory,
}

impl Said<'_> {
    /// The number that a plural goes by, and that its hole `n` shows.
    pub fn n(mut self, n: impl Borrow<usize>) -> Self {
        let n = *n.borrow();
        self.category = self.rules.category_for(n);
        self.holes.push(("n", n.to_string()));
        self
    }

    /// What stands in this hole. A name that is written from the right does not turn the sentence around it.
    pub fn with(mut self, hole: &'static str, text: impl fmt::Display) -> Self {
        let text = text.to_string();
        let text = if text.chars().any(from_right) { format!("\u{2068}{text}\u{2069}") } else { text };
        self.holes.push((hole, text));
        self
    }
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = match self.text {
            Some(Text::Plain(text)) => text,
            Some(Text::Plural(forms)) => {
                forms.get(name_of(self.category)).or_else(|| forms.get("other")).map_or("", String::as_str)
            }
            None => "",
        };
        // What fills one hole is not searched for others.
        while let Some((before, hole, after)) = next_hole(rest) {
            f.write_str(before)?;
            if let Some((_, text)) = self.holes.iter().find(|(name, _)| *name == hole) {
                f.write_str(text)?;
            }
            rest = after;
        }
        f.write_str(rest)
    }
}

/// What is before the first `{hole}`, its name, and what is after it.
fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (hole, after) = rest.split_once('}')?;
    Some((before, hole, after))
}

/// Letters of the scripts that are written from the right: Hebrew, Arabic and their neighbours. The page's texts.js has the same.
fn from_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

/// As the files name it.
fn name_of(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}
