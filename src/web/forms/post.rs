//! What a form sends: read within its limits, by field, and who sends it.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use url::form_urlencoded;

use crate::domain::Invalid;
use crate::domain::name::AreaName;
use crate::protocol::error::{Code, Problem};
use crate::web::problem::WebError;
use crate::web::session::Session;
use crate::web::{Web, body};

/// What is wrong with any of it is told in the page, not instead of it.
pub struct Post {
    pub request: HttpRequest,
    pub web: Data<Web>,
    pub area: Result<AreaName, Invalid>,
    pub fields: Result<Fields, Problem>,
    pub session: Option<Session>,
}

/// The fields of all forms; empty where they were not sent.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Fields {
    pub username: String,
    /// Give the name back.
    pub leave: bool,
    /// A place that the area has.
    pub id: String,
    /// A place's name as it was typed.
    pub place: String,
}

impl Post {
    pub fn fields(&self) -> Result<&Fields, Problem> {
        self.fields.as_ref().map_err(Clone::clone)
    }

    /// The area, and whose act it is.
    pub fn who(&self) -> Result<(&AreaName, &Session), Problem> {
        let area = self.area.as_ref().map_err(|invalid| Problem::from(*invalid))?;
        let unknown = || {
            let message = "This page did not know your browser yet. Allow cookies for it, then try again.";
            Problem::new(Code::NoSession, message)
        };
        Ok((area, self.session.as_ref().ok_or_else(unknown)?))
    }
}

impl FromRequest for Post {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let web = request.app_data::<Data<Web>>().expect("the App was built with it").clone();
        let (request, body) = (request.clone(), web::Payload::from_request(request, payload));
        Box::pin(async move {
            let text = match body.await {
                Ok(body) => body::text(body, &web).await,
                Err(_) => Err(Problem::new(Code::BadMessage, "The request's body could not be read.")),
            };
            let fields = match request.content_type() {
                "application/x-www-form-urlencoded" => text.map(|text| Fields::read(&text)),
                _ => Err(Problem::new(Code::BadMessage, "This address takes what the page's forms send.")),
            };
            let path = web::Path::<String>::extract(&request).await.map(web::Path::into_inner);
            let area = AreaName::parse(&path.unwrap_or_default());
            let session = Session::extract(&request).await.ok();
            Ok(Self { request, web, area, fields, session })
        })
    }
}

impl Fields {
    /// A field's last value counts: a button that offers a name stands after the field to type one in.
    fn read(text: &str) -> Self {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match &*name {
                "username" => fields.username = value.into_owned(),
                "leave" => fields.leave = true,
                "id" => fields.id = value.into_owned(),
                "place" => fields.place = value.into_owned(),
                _ => {}
            }
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_a_button_offers_counts_and_not_the_typed_one() {
        let fields = Fields::read("username=Ann&id=thai&username=Ann+2&unknown=x");
        assert_eq!(fields, Fields { username: "Ann 2".to_owned(), id: "thai".to_owned(), ..Fields::default() });
    }

    #[test]
    fn what_is_no_form_is_no_fields() {
        for text in ["", "&&&", "=", "{\"username\":\"Ann\"}", "%", "%FF=%FF"] {
            assert_eq!(Fields::read(text), Fields::default(), "{text}");
        }
        assert_eq!(Fields::read("place=Caf%C3%A9+%26+Bar").place, "Café & Bar");
    }
}
