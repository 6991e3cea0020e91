//! The settings with Django's defaults behind them, and a note of what a rule has looked at.

use crate::config::python::Module;
use crate::config::python::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Values by name; what the file does not set has Django's default (`django/conf/global_settings.py`).
pub(in crate::security) struct Values {
    module: Module,
    variables: BTreeMap<String, String>,
    looked: RefCell<Looked>,
}

#[derive(Default)]
struct Looked {
    defaulted: BTreeSet<String>,
    reasons: Vec<String>,
}

impl Values {
    pub(super) fn new(module: Module, variables: BTreeMap<String, String>) -> Self {
        Self { module, variables, looked: RefCell::default() }
    }

    /// Forgets what the rule before has looked at.
    pub(in crate::security) fn begin(&self) {
        self.looked.take();
    }

    /// Variables on whose defaults the last rule's answer hangs.
    pub(super) fn defaulted(&self) -> BTreeSet<String> {
        self.looked.borrow().defaulted.clone()
    }

    /// Why the last rule has no answer.
    pub(super) fn reason(&self, setting: &str) -> String {
        let looked = self.looked.borrow();
        looked
            .reasons
            .last()
            .cloned()
            .unwrap_or_else(|| format!("part of {setting} only Python itself can compute"))
    }

    pub(super) fn line(&self, setting: &str) -> Option<usize> {
        self.module.get(setting).map(|setting| setting.line).filter(|line| *line > 0)
    }

    /// Value of a setting.
    pub(super) fn get(&self, name: &str) -> Value {
        let Some(setting) = self.module.get(name) else { return default(name) };
        let mut looked = self.looked.borrow_mut();
        looked.defaulted.extend(setting.defaulted);
        looked.reasons.extend(setting.value.reason().map(ToOwned::to_owned));
        setting.value
    }

    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        self.get(name).truth()
    }

    /// Whether a setting is `True` itself, as Django's own checks want it.
    pub(super) fn is_true(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Value::Unclear(_) => None,
            value => Some(value == Value::Boolean(true)),
        }
    }

    /// Whether a list has a text.
    pub(super) fn lists(&self, name: &str, text: &str) -> Option<bool> {
        self.items(name, |item| item == text)
    }

    /// Whether any text of a list is as asked.
    pub(super) fn items(&self, name: &str, is: impl Fn(&str) -> bool) -> Option<bool> {
        match self.get(name) {
            Value::List(items) => {
                if items.iter().filter_map(Value::text).any(is) {
                    return Some(true);
                }
                let unclear = items.iter().find_map(Value::reason);
                self.looked.borrow_mut().reasons.extend(unclear.map(ToOwned::to_owned));
                unclear.is_none().then_some(false)
            }
            Value::None => Some(false),
            // Django would go through the letters of a text.
            Value::Text(text) => Some(is(&text)),
            _ => None,
        }
    }

    /// Whether a text comes from the `.env` and stands nowhere in the settings themselves.
    pub(super) fn is_from_env(&self, text: &str) -> bool {
        self.variables.values().any(|value| value == text)
    }
}

fn default(name: &str) -> Value {
    match name {
        "SECURE_CONTENT_TYPE_NOSNIFF" | "SESSION_COOKIE_HTTPONLY" => Value::Boolean(true),
        "SECRET_KEY" => Value::Text(String::new()),
        "SECURE_HSTS_SECONDS" => Value::Integer(0),
        "SESSION_COOKIE_SAMESITE" | "CSRF_COOKIE_SAMESITE" => Value::Text("Lax".into()),
        "X_FRAME_OPTIONS" => Value::Text("DENY".into()),
        "SECURE_REFERRER_POLICY" | "SECURE_CROSS_ORIGIN_OPENER_POLICY" => Value::Text("same-origin".into()),
        "FILE_UPLOAD_PERMISSIONS" => Value::Integer(0o644),
        "MIDDLEWARE"
        | "INSTALLED_APPS"
        | "ALLOWED_HOSTS"
        | "SECRET_KEY_FALLBACKS"
        | "AUTH_PASSWORD_VALIDATORS"
        | "CSRF_TRUSTED_ORIGINS"
        | "CORS_ALLOWED_ORIGINS"
        | "PASSWORD_HASHERS" => Value::List(Vec::new()),
        "SECURE_SSL_REDIRECT"
        | "SECURE_HSTS_INCLUDE_SUBDOMAINS"
        | "SECURE_HSTS_PRELOAD"
        | "SESSION_COOKIE_SECURE"
        | "CSRF_COOKIE_SECURE"
        | "CSRF_USE_SESSIONS"
        | "DEBUG" => Value::Boolean(false),
        _ => Value::None,
    }
}
