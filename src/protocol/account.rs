//! What a browser sends about its account. Everything is bounded and checked here.

use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::client::{bad, read};
use super::error::Problem;
use crate::domain::Invalid;
use crate::domain::account::Passphrase;
use crate::domain::name::{AreaName, Username};

/// Areas whose name a browser takes along when it signs in: nobody decides in more groups within two hours.
const AREAS_MAX: usize = 10;

/// The fields of all calls, unread. Unknown ones are dropped, doubled ones refused.
#[derive(Default, Deserialize)]
pub struct AccountFields<'a> {
    #[serde(borrow)]
    username: Option<&'a RawValue>,
    #[serde(borrow)]
    passphrase: Option<&'a RawValue>,
    #[serde(borrow)]
    old: Option<&'a RawValue>,
    #[serde(borrow)]
    new: Option<&'a RawValue>,
    #[serde(borrow)]
    areas: Option<&'a RawValue>,
}

impl<'a> AccountFields<'a> {
    pub fn read(json: &'a str) -> Result<Self, Problem> {
        serde_json::from_str(json).map_err(|_| bad("data is one JSON object, each field once."))
    }

    pub fn username(&self) -> Result<Username, Problem> {
        Ok(Username::parse(&read::<String>(self.username).ok_or(Invalid::Name)?)?)
    }

    pub fn passphrase(&self) -> Result<Passphrase, Problem> {
        secret(self.passphrase)
    }

    /// The passphrase that is to be replaced.
    pub fn old(&self) -> Result<Passphrase, Problem> {
        secret(self.old)
    }

    /// The passphrase that is to be from now on.
    pub fn replacement(&self) -> Result<Passphrase, Problem> {
        secret(self.new)
    }

    /// Each once.
    pub fn areas(&self) -> Result<Vec<AreaName>, Problem> {
        let names: Vec<String> = match self.areas {
            Some(_) => read(self.areas).ok_or_else(|| bad("areas is a list of names."))?,
            None => Vec::new(),
        };
        if names.len() > AREAS_MAX {
            return Err(bad("areas has ten names at most."));
        }
        let mut areas = names.iter().map(|name| AreaName::parse(name)).collect::<Result<Vec<_>, _>>()?;
        areas.sort();
        areas.dedup();
        Ok(areas)
    }
}

fn secret(raw: Option<&RawValue>) -> Result<Passphrase, Problem> {
    let text: Zeroizing<String> = Zeroizing::new(read(raw).ok_or(Invalid::Passphrase)?);
    Ok(Passphrase::parse(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::error::Code;

    #[test]
    fn each_wrong_field_has_its_own_code() {
        let fields = |json| AccountFields::read(json).ok().unwrap();
        assert_eq!(fields(r#"{"username":7}"#).username().unwrap_err().code, Code::BadName);
        for json in ["{}", r#"{"passphrase":"short"}"#, r#"{"passphrase":["0123456789"]}"#] {
            assert_eq!(fields(json).passphrase().unwrap_err().code, Code::BadPassphrase, "{json}");
        }
        assert_eq!(fields(r#"{"areas":["a b"]}"#).areas().unwrap_err().code, Code::BadArea);
        let many = format!(r#"{{"areas":[{}]}}"#, [r#""a""#; 11].join(","));
        assert_eq!(fields(&many).areas().unwrap_err().code, Code::BadMessage);
        assert_eq!(fields(r#"{"areas":["b","a","A"]}"#).areas().unwrap().len(), 2);
        assert_eq!(fields("{}").areas().unwrap(), []);
        assert!(AccountFields::read(r#"{"old":"a","old":"b"}"#).is_err());
    }
}
