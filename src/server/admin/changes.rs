//! The last changes of products, each of which can be taken back.

use super::Admin;
use super::form;
use super::page;
use super::page::Frame;
use super::session::Session;
use super::write;
use crate::quarantine::Phase;
use askama::Template;
use axum::Extension;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// So many are shown; `sitekeep quarantine list` has them all.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "admin/changes.html")]
struct ChangesPage {
    frame: Frame,
    changes: Vec<Line>,
    may_undo: bool,
    keep_days: u32,
}

struct Line {
    run: String,
    at: String,
    command: String,
    is_undone: bool,
}

pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    Extension(session): Extension<Session>,
) -> Response {
    render(&admin, &session, StatusCode::OK, String::new(), String::new()).await
}

/// Takes one back and shows what is left.
pub(super) async fn undo(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    let posted = match form::posted(&admin, request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let session = &posted.session;
    if !session.rights.undo() {
        return page::no_right();
    }
    match write::undo(&admin, session.rights, posted.form.get("run")).await {
        Ok(()) => {
            let done = "C'est annulé : l'état d'avant est de retour.".to_owned();
            render(&admin, session, StatusCode::OK, done, String::new()).await
        }
        Err(refusal) => render(&admin, session, StatusCode::CONFLICT, String::new(), refusal.told()).await,
    }
}

async fn render(
    admin: &Arc<Admin>,
    session: &Session,
    status: StatusCode,
    done: String,
    refused: String,
) -> Response {
    let changes = match write::changes(admin).await {
        Ok(changes) => changes,
        Err(refusal) => {
            return page::message(StatusCode::SERVICE_UNAVAILABLE, "Changements illisibles", &refusal.told());
        }
    };
    let line = |change: crate::quarantine::Change| Line {
        at: change.at.to_zoned(admin.site.zone.clone()).strftime("%d/%m/%Y %H:%M").to_string(),
        is_undone: change.phase == Phase::Reverted,
        run: change.run,
        command: change.command,
    };
    let frame =
        Frame { done, refused, ..Frame::new(admin, Some(session), "Changements récents", "changes") };
    let page = ChangesPage {
        frame,
        changes: changes.into_iter().take(SHOWN).map(line).collect(),
        may_undo: session.rights.undo(),
        keep_days: admin.config.quarantine.keep_days,
    };
    page::page(status, &page)
}
