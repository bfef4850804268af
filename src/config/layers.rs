//! The layers of the settings, each over the one before: the defaults, a file, the environment. Knows which settings there
//! are and where each value came from; what a setting means is for `settings`.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use toml::{Table, Value};

use super::{ConfigError, Environment};

/// The variable that names a file with settings.
const FILE: &str = "WTE_CONFIG";
/// What the variables begin with that name a setting by section and name.
const PREFIX: &str = "WTE__";
/// The names that hosts and people use already.
const USUAL: [(&str, &str); 5] = [
    ("PORT", "server.port"),
    ("REDIS_URL", "redis.url"),
    ("SESSION_SECRET", "session.secret"),
    ("OPS_TOKEN", "server.ops_token"),
    ("FOURSQUARE_API_KEY", "venues.foursquare_key"),
];

/// The largest whole number of TOML.
pub(super) const MOST: u64 = i64::MAX as u64;

/// Where a value was read.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    Default,
    File(String),
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("config/default.toml"),
            Self::File(path) => write!(f, "{path}"),
            Self::Variable(name) => write!(f, "the environment's {name}"),
        }
    }
}

/// Whether numbers have to be within the ranges that `default.toml` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ranges {
    Held,
    /// For programs of the tests, which show what a range is there for.
    Lifted,
}

/// The settings that have not been taken yet.
#[derive(Debug)]
pub(super) struct Layers {
    /// By `section.name`.
    left: BTreeMap<String, (Value, Origin)>,
    ranges: Ranges,
}

impl Layers {
    /// Lays the file that `WTE_CONFIG` names and the environment over `defaults`. A setting that the defaults do not have is
    /// an error.
    pub fn read(defaults: &str, env: &Environment, ranges: Ranges) -> Result<Self, ConfigError> {
        let defaults: Table = defaults.parse().expect("default.toml is part of the program, and its test reads it");
        let mut layers = Self { left: BTreeMap::new(), ranges };
        for (section, name, value) in flat(defaults) {
            layers.left.insert(format!("{section}.{name}"), (value, Origin::Default));
        }
        if let Some(path) = set(env, FILE) {
            layers.lay_file(path)?;
        }
        for (variable, name) in USUAL {
            if let Some(text) = set(env, variable) {
                layers.lay(name, Value::String(text.to_owned()), Origin::Variable(variable.to_owned()))?;
            }
        }
        for variable in env.keys().filter(|name| name.starts_with(PREFIX)) {
            let name = variable[PREFIX.len()..].to_lowercase().replacen("__", ".", 1);
            // An empty variable changes nothing, but a misspelt one is worth a word all the same.
            let text = env[variable].clone();
            layers.lay(&name, Value::String(text), Origin::Variable(variable.clone()))?;
        }
        Ok(layers)
    }

    fn lay_file(&mut self, path: &str) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError(format!("The file that {FILE} names, {path}, cannot be read: {error}.")))?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            ConfigError(format!("{path} is not TOML: {} in line {line}.", error.message()))
        })?;
        for (section, name, value) in flat(table) {
            let name = if name.is_empty() { section } else { format!("{section}.{name}") };
            self.lay(&name, value, Origin::File(path.to_owned()))?;
        }
        Ok(())
    }

    fn lay(&mut self, name: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        let Some(slot) = self.left.get_mut(name) else {
            return Err(self.unknown(name, &origin));
        };
        let unset = matches!((&value, &origin), (Value::String(text), Origin::Variable(_)) if text.is_empty());
        if !unset {
            *slot = (value, origin);
        }
        Ok(())
    }

    fn unknown(&self, name: &str, origin: &Origin) -> ConfigError {
        let section = name.split('.').next().unwrap_or_default();
        let of_section: Vec<&str> =
            self.left.keys().filter_map(|known| known.strip_prefix(section)?.strip_prefix('.')).collect();
        let hint = if of_section.is_empty() {
            let mut sections: Vec<&str> = self.left.keys().filter_map(|known| known.split('.').next()).collect();
            sections.dedup();
            format!("the sections are {}", sections.join(", "))
        } else {
            format!("[{section}] has {}", of_section.join(", "))
        };
        ConfigError(format!("There is no setting {name} (it is in {origin}): {hint}."))
    }

    /// Takes a setting out, to be made into what it means.
    pub fn take(&mut self, name: &'static str) -> Setting {
        let (value, origin) =
            self.left.remove(name).expect("default.toml has every setting that is read, and a test reads all");
        Setting { name, value, origin, ranges: self.ranges }
    }

    /// The settings that nobody has taken.
    #[cfg(test)]
    pub fn left(&self) -> Vec<&str> {
        self.left.keys().map(String::as_str).collect()
    }
}

/// The variable's text; an empty one counts as unset.
fn set<'a>(env: &'a Environment, variable: &str) -> Option<&'a str> {
    env.get(variable).map(String::as_str).filter(|text| !text.is_empty())
}

/// The settings of each section; what stands outside of any section has no name within one.
fn flat(table: Table) -> Vec<(String, String, Value)> {
    let mut settings = Vec::new();
    for (section, value) in table {
        match value {
            Value::Table(inside) => {
                settings.extend(inside.into_iter().map(|(name, value)| (section.clone(), name, value)));
            }
            other => settings.push((section, String::new(), other)),
        }
    }
    settings
}

/// One setting, not yet looked at.
pub(super) struct Setting {
    name: &'static str,
    value: Value,
    origin: Origin,
    ranges: Ranges,
}

impl Setting {
    /// A whole number.
    pub fn whole<T: TryFrom<u64>>(self, range: RangeInclusive<u64>) -> Result<T, ConfigError> {
        let number = match (&self.value, &self.origin) {
            (Value::Integer(number), _) => u64::try_from(*number).ok(),
            (Value::String(text), Origin::Variable(_)) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number
            .filter(|number| self.ranges == Ranges::Lifted || range.contains(number))
            .and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| {
            let end = if *range.end() == MOST { "on".to_owned() } else { format!("to {}", range.end()) };
            self.wrong(&format!("a whole number from {} {end}", range.start()))
        })
    }

    /// true or false.
    pub fn truth(self) -> Result<bool, ConfigError> {
        let truth = match (&self.value, &self.origin) {
            (Value::Boolean(truth), _) => Some(*truth),
            (Value::String(text), Origin::Variable(_)) => text.trim().parse().ok(),
            _ => None,
        };
        truth.ok_or_else(|| self.wrong("true or false"))
    }

    /// The texts of a list; a text is one too, with commas between.
    pub fn texts(&self) -> Option<Vec<&str>> {
        let texts: Vec<&str> = match &self.value {
            Value::Array(items) => items.iter().map(Value::as_str).collect::<Option<_>>()?,
            Value::String(text) => text.split(',').collect(),
            _ => return None,
        };
        Some(texts.into_iter().map(str::trim).filter(|text| !text.is_empty()).collect())
    }

    /// Text that `parse` makes something of; `may_be` finishes the sentence "It has to be …".
    pub fn parsed<T>(self, may_be: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, ConfigError> {
        let parsed = self.value.as_str().and_then(|text| parse(text.trim()));
        parsed.ok_or_else(|| self.wrong(may_be))
    }

    /// Like `parsed`; empty is none.
    pub fn optional<T>(self, may_be: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ConfigError> {
        self.parsed(may_be, |text| if text.is_empty() { Some(None) } else { parse(text).map(Some) })
    }

    /// Like `optional`, for what must not be shown.
    pub fn hidden<T>(self, may_be: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ConfigError> {
        match self.value.as_str().map(str::trim) {
            Some("") => Ok(None),
            Some(text) => parse(text).map(Some).ok_or_else(|| self.wrong_unseen(may_be)),
            None => Err(self.wrong_unseen(may_be)),
        }
    }

    /// A list of texts; in a variable they are separated by commas.
    pub fn list<T>(self, may_be: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ConfigError> {
        let is_list = self.value.is_array() || matches!(self.origin, Origin::Variable(_));
        let texts = self.texts().filter(|_| is_list);
        let parsed = texts.and_then(|texts| texts.into_iter().map(parse).collect::<Option<Vec<T>>>());
        parsed.ok_or_else(|| self.wrong(may_be))
    }

    /// The error of a value that is not what it `has_to_be`.
    pub fn wrong(&self, has_to_be: &str) -> ConfigError {
        let Self { name, value, origin, .. } = self;
        ConfigError(format!("The setting {name} is {value} in {origin}: it has to be {has_to_be}."))
    }

    /// The same for what must not be shown.
    pub fn wrong_unseen(&self, has_to_be: &str) -> ConfigError {
        let Self { name, origin, .. } = self;
        ConfigError(format!("The setting {name} in {origin} cannot be used: it has to be {has_to_be}."))
    }
}
