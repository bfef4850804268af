//! Texts as they are looked for: without case, accents and punctuation. Knows words, not places.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text, folded: `Crème-brûlée at JOE’S` is `creme`, `brulee`, `at`, `joes`.
pub fn words(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            // Letters with something through or beside them, which no normal form takes apart.
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            // "Joe's" is looked for as "joes", too.
            '\'' | '’' | '‘' | 'ʼ' | '`' => {}
            c if c.is_alphanumeric() => folded.push(c),
            _ => folded.push(' '),
        }
    }
    folded.split_whitespace().map(str::to_owned).collect()
}

/// What two spellings of one name have in common; a name without a letter or digit, such as an emoji, stands for itself.
pub fn key(name: &str) -> String {
    let key = words(name).join(" ");
    if key.is_empty() { name.to_owned() } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for (text, folded) in [
            ("Crème-brûlée  at JOE’S", "creme brulee at joes"),
            ("Smørrebrød & Łódź", "smorrebrod lodz"),
            ("Große Straße 7a", "grosse strasse 7a"),
            ("Cafe\u{301}", "cafe"),
            ("ＳＵＳＨＩ", "sushi"),
            ("兰州拉面", "兰州拉面"),
            ("İstanbul", "istanbul"),
            ("ΣΟΥΒΛΑΚΙΑ", "σουβλακια"),
            (" … !", ""),
        ] {
            assert_eq!(words(text).join(" "), folded, "{text}");
        }
    }

    #[test]
    fn a_name_without_letters_stands_for_itself() {
        assert_eq!(key("CAFÉ am Eck"), key("Cafe, am Eck"));
        assert_ne!(key("🍜"), key("🍕"));
    }
}
