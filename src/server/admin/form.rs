//! Forms as they are sent: fields, and one picture, read up to their limits.

use super::Admin;
use super::guard::Way;
use super::page;
use super::session::Session;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use multer::Multipart;
use std::collections::BTreeMap;
use tokio::sync::SemaphorePermit;

/// Bytes of all fields together: a description of a hundred pages.
const FIELDS: usize = 512 * 1024;
/// Fields of one form: the boxes of one page of products, and a few.
const MOST_FIELDS: usize = 200;
/// So many times the largest picture is read, to say of one that is too large how large it is.
const TOO_LARGE: u64 = 8;

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Form {
    fields: BTreeMap<String, Vec<String>>,
    pub(super) picture: Option<Sent>,
    bytes: usize,
    count: usize,
}

/// A picture as it was sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// Last part of the name that it had.
    pub(super) name: String,
    /// Empty where there are more than are taken.
    pub(super) content: Vec<u8>,
    pub(super) size: u64,
}

impl Form {
    /// The only or first value of a field; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    pub(super) fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Keeps a field; says so where there are too many.
    fn add(&mut self, name: String, value: String) -> Option<()> {
        self.bytes += name.len() + value.len();
        self.count += 1;
        if self.bytes > FIELDS || self.count > MOST_FIELDS {
            return None;
        }
        self.fields.entry(name).or_default().push(value);
        Some(())
    }
}

/// Pairs of a query, or of a form without a picture.
pub(super) fn pairs(text: &[u8]) -> Option<Form> {
    let mut form = Form::default();
    for (name, value) in url::form_urlencoded::parse(text) {
        form.add(name.into_owned(), value.into_owned())?;
    }
    Some(form)
}

/// A form without a picture that anybody may send.
pub(super) async fn small(request: Request, most: usize) -> Result<Form, Response> {
    let body = axum::body::to_bytes(request.into_body(), most).await.map_err(|_| too_large())?;
    pairs(&body).ok_or_else(too_large)
}

/// Who sent it, how, and what; refused without the session's own token.
pub(super) struct Posted<'a> {
    pub(super) session: Session,
    pub(super) way: Way,
    pub(super) form: Form,
    /// Memory for the form is lent for as long.
    _place: SemaphorePermit<'a>,
}

/// Reads the form of a session.
pub(super) async fn posted(admin: &Admin, mut request: Request) -> Result<Posted<'_>, Response> {
    let extensions = request.extensions_mut();
    let (Some(session), Some(way)) = (extensions.remove::<Session>(), extensions.remove::<Way>()) else {
        return Err(page::unavailable());
    };
    let place = admin.forms.acquire().await.map_err(|_| page::unavailable())?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
    let form = match boundary {
        Some(boundary) => parts(request.into_body(), boundary, admin.config.images.max_size.0).await?,
        None => small(request, FIELDS).await?,
    };
    if !session.is_tokens(form.get("token"), &admin.key) {
        return Err(page::message(
            StatusCode::FORBIDDEN,
            "Demande refusée",
            "Ce formulaire n'est pas celui de votre session. Ouvrez de nouveau la page et recommencez.",
        ));
    }
    Ok(Posted { session, way, form, _place: place })
}

async fn parts(body: Body, boundary: String, max_size: u64) -> Result<Form, Response> {
    let most = max_size.saturating_mul(TOO_LARGE).saturating_add(FIELDS as u64);
    let mut read = 0;
    let mut form = Form::default();
    let mut multipart = Multipart::new(body.into_data_stream(), boundary);
    loop {
        let Some(mut part) = multipart.next_field().await.map_err(|_| cut_off())? else { return Ok(form) };
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(last_part);
        let limit = if file.is_some() { max_size } else { FIELDS as u64 };
        let (mut content, mut size): (Vec<u8>, u64) = (Vec::new(), 0);
        while let Some(chunk) = part.chunk().await.map_err(|_| cut_off())? {
            read += chunk.len() as u64;
            if read > most {
                return Err(too_large());
            }
            take(&mut content, &mut size, &chunk, limit);
        }
        match file {
            // A form in which no picture was chosen sends an empty name.
            Some(file) if file.is_empty() && size == 0 => {}
            Some(file) if name == "image" => form.picture = Some(Sent { name: file, content, size }),
            Some(_) => {}
            None => {
                let value = String::from_utf8(content).map_err(|_| cut_off())?;
                form.add(name, value).ok_or_else(too_large)?;
            }
        }
    }
}

/// Keeps what fits; of more, the size alone.
fn take(content: &mut Vec<u8>, size: &mut u64, chunk: &Bytes, limit: u64) {
    *size += chunk.len() as u64;
    if *size <= limit {
        content.extend_from_slice(chunk);
    } else {
        *content = Vec::new();
    }
}

/// Some browsers send the whole path; and a file whose name begins with a dot is hidden from visitors.
fn last_part(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().trim_start_matches('.').to_owned()
}

fn too_large() -> Response {
    page::message(
        StatusCode::PAYLOAD_TOO_LARGE,
        "Envoi trop volumineux",
        "Rien n'a été enregistré : le formulaire ou l'image est beaucoup trop lourd.",
    )
}

fn cut_off() -> Response {
    page::message(
        StatusCode::BAD_REQUEST,
        "Envoi interrompu",
        "Le formulaire n'est pas arrivé entier ; rien n'a été enregistré. Recommencez.",
    )
}
