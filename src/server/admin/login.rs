//! Logging in against Django's users, and out.

use super::Admin;
use super::form;
use super::guard::Way;
use super::limit::Who;
use super::page;
use super::page::Frame;
use super::session;
use super::session::COOKIE;
use super::session::DEVICE;
use super::session::VISIT;
use super::session::cookie;
use super::session::set_cookie;
use crate::db;
use crate::db::Access;
use crate::db::User;
use crate::db::Users;
use crate::error::one_line;
use crate::system::random;
use crate::users;
use crate::users::Known;
use askama::Template;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;
use unicode_normalization::UnicodeNormalization;

/// Bytes of a login: the longest name and password that Django takes.
const MOST: usize = 16 * 1024;
/// How long a login waits for its turn to be compared.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Template)]
#[template(path = "admin/login.html")]
struct LoginPage {
    frame: Frame,
    name: String,
}

/// The form.
pub(super) async fn show(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    let way = request.extensions().get::<Way>().copied();
    form_page(&admin, way, StatusCode::OK, "", "")
}

/// Compares name and password; takes as long for a name that is not known.
pub(super) async fn enter(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    let Some(way) = request.extensions().get::<Way>().copied() else { return page::unavailable() };
    let visit = cookie(request.headers(), VISIT).unwrap_or_default();
    let device = cookie(request.headers(), DEVICE).and_then(|value| {
        value.split_once('.').map(|(device, signature)| (device.to_owned(), signature.to_owned()))
    });
    let form = match form::small(request, MOST).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    // As Django's own form has it.
    let name: String = form.get("username").trim().nfkc().collect();
    let again = |status, text: &str| form_page(&admin, Some(way), status, &name, text);
    if visit.is_empty() || !admin.key.is_signed("login", &[&visit], form.get("token")) {
        return again(StatusCode::FORBIDDEN, "La page de connexion avait expiré. Essayez encore une fois.");
    }
    let now = (admin.site.clock)();
    let device = device.filter(|device| admin.key.is_signed("device", &[&name, &device.0], &device.1));
    let who =
        Who { address: way.address, name: &name, device: device.as_ref().map(|(device, _)| device.as_str()) };
    if let Err(wait) = admin.limits.begin(&who, now) {
        let seconds = wait.as_secs().max(1);
        let text = format!("Trop d'essais. Réessayez dans {seconds} s.");
        let mut response = again(StatusCode::TOO_MANY_REQUESTS, &text);
        if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        return response;
    }
    let asked = name.clone();
    let found = admin
        .site
        .pool
        .ask(move |store| {
            let database = store.database.as_mut();
            let users = Users::read(database)?;
            Ok((users.named(database, &asked)?, users.some_password(database)?, users))
        })
        .await;
    let (user, like, users) = match found {
        Ok(found) => found,
        Err(refusal) => return page::refused(refusal),
    };
    let kept = user.as_ref().map(|user| user.password.clone()).unwrap_or_default();
    let Some(answer) = compare(&admin, kept, like, form.get("password").to_owned()).await else {
        return again(StatusCode::SERVICE_UNAVAILABLE, "Trop de connexions à la fois. Réessayez.");
    };
    if let (Some(user), None) = (&user, answer)
        && let Known::Elsewhere(algorithm) = users::known(&user.password)
    {
        let told = format!(
            "warning: admin: the password of `{}` is kept as {algorithm}, which cannot be checked here; set it anew: sitekeep users password {}",
            user.name, user.name
        );
        admin.log.line(&told);
    }
    match user.filter(|user| answer == Some(true) && user.is_active && user.is_staff) {
        Some(user) => {
            admin.limits.succeed(&who, now);
            let_in(&admin, way, users, user, device).await
        }
        None => again(
            StatusCode::FORBIDDEN,
            "Identifiant ou mot de passe incorrect, ou compte sans accès à l'administration. Si celle de Django accepte pourtant ce mot de passe, le journal de ce serveur dit pourquoi.",
        ),
    }
}

/// Compares on a thread of its own, a few at a time; nothing when there is no turn in time.
async fn compare(
    admin: &Admin,
    kept: String,
    like: Option<String>,
    password: String,
) -> Option<Option<bool>> {
    let turn = tokio::time::timeout(PATIENCE, admin.comparing.acquire()).await.ok()?.ok()?;
    let compare = move || users::compare(&kept, like.as_deref(), &password);
    let compared = tokio::task::spawn_blocking(compare).await.ok();
    drop(turn);
    compared
}

async fn let_in(
    admin: &Arc<Admin>,
    way: Way,
    users: Users,
    user: User,
    device: Option<(String, String)>,
) -> Response {
    let now = (admin.site.clock)();
    let Ok(value) = session::open(&admin.key, &user, now) else { return page::unavailable() };
    let device = match device {
        Some((device, signature)) => format!("{device}.{signature}"),
        None => match random::key(16) {
            Ok(device) => format!("{device}.{}", admin.key.sign("device", &[&user.name, &device])),
            Err(_) => return page::unavailable(),
        },
    };
    let own = Arc::clone(admin);
    let noted = tokio::task::spawn_blocking(move || {
        let mut database = db::connect(&own.config.database, Access::Write)?;
        users::note_login(database.as_mut(), &users, &user, now)
    })
    .await;
    // The login is good, whether or not its time could be written down.
    if let Ok(Err(problem)) = noted {
        admin.log.line(format!("warning: admin: the time of a login is not noted: {}", one_line(&problem)));
    }
    let mut response = page::go_to("/admin/");
    // As Django answers it, by which `logs logins` knows it.
    *response.status_mut() = StatusCode::FOUND;
    give(&mut response, &set_cookie(COOKIE, &value, way.is_secure));
    give(&mut response, &set_cookie(DEVICE, &device, way.is_secure));
    give(&mut response, &set_cookie(VISIT, "", way.is_secure));
    response
}

/// Ends the session.
pub(super) async fn leave(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    let posted = match form::posted(&admin, request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let mut response = match admin.signed_out.add(&posted.session, (admin.site.clock)()) {
        Ok(()) => page::go_to("/admin/login/"),
        Err(problem) => {
            admin.log.line(format!("error: admin: a session could not be ended: {}", one_line(&problem)));
            page::message(
                StatusCode::SERVICE_UNAVAILABLE,
                "Déconnexion incomplète",
                "Ce navigateur est déconnecté, mais le serveur n'a pas pu noter la fin de la session : une copie de son cookie reste valable quelques heures.",
            )
        }
    };
    give(&mut response, &set_cookie(COOKIE, "", posted.way.is_secure));
    response
}

fn form_page(admin: &Admin, way: Option<Way>, status: StatusCode, name: &str, text: &str) -> Response {
    let Ok(visit) = random::key(16) else { return page::unavailable() };
    let mut frame = Frame::new(admin, None, "Connexion", "");
    frame.token = admin.key.sign("login", &[&visit]);
    text.clone_into(&mut frame.refused);
    let mut response = page::page(status, &LoginPage { frame, name: name.to_owned() });
    give(&mut response, &set_cookie(VISIT, &visit, way.is_some_and(|way| way.is_secure)));
    response
}

fn give(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
