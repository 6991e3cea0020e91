//! What an expression comes to.

use std::path::PathBuf;

/// A value of Python, as far as settings have them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    None,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Path(PathBuf),
    /// A `timedelta`, in seconds.
    Span(f64),
    /// A list, tuple or set.
    List(Vec<Value>),
    Dictionary(Vec<(Value, Value)>),
    /// An `environ.Env` with the casts and defaults of its scheme.
    Environment(Vec<(String, Value)>),
    /// The text does not tell, and why.
    Unclear(String),
}

impl Value {
    /// What comes of a value in a way that the text does not tell: unclear, for the value's own reason if it has one.
    pub(super) fn passed_on(&self) -> Self {
        self.reason().map_or_else(Self::computed, Self::unclear)
    }

    pub(super) fn computed() -> Self {
        Self::unclear("only Python itself can compute it")
    }

    pub(super) fn unclear(reason: impl Into<String>) -> Self {
        Self::Unclear(reason.into())
    }

    /// Truth as Python has it; `None` where the value is unclear.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::Boolean(truth) => Some(*truth),
            Self::Integer(number) => Some(*number != 0),
            Self::Real(number) | Self::Span(number) => Some(*number != 0.0),
            Self::Text(text) => Some(!text.is_empty()),
            Self::List(items) => Some(!items.is_empty()),
            Self::Dictionary(pairs) => Some(!pairs.is_empty()),
            Self::Path(_) | Self::Environment(_) => Some(true),
            Self::Unclear(_) => None,
        }
    }

    /// Equality as Python has it; `None` where it hangs on something unclear.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unclear(_), _) | (_, Self::Unclear(_)) => None,
            (Self::List(one), Self::List(two)) if one.len() == two.len() => {
                one.iter().zip(two).try_fold(true, |all, (one, two)| Some(all && one.equals(two)?))
            }
            (Self::Boolean(truth), Self::Integer(number)) | (Self::Integer(number), Self::Boolean(truth)) => {
                Some(i64::from(*truth) == *number)
            }
            _ => Some(self == other),
        }
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, also of a truth, which is one in Python.
    #[expect(clippy::cast_precision_loss, reason = "settings are small numbers")]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Boolean(truth) => Some(f64::from(u8::from(*truth))),
            Self::Integer(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// The reason, where the value is unclear.
    pub fn reason(&self) -> Option<&str> {
        if let Self::Unclear(reason) = self { Some(reason) } else { None }
    }

    /// Value of a key of a dictionary.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dictionary(pairs) = self else { return None };
        pairs.iter().rev().find(|(known, _)| known.text() == Some(key)).map(|(_, value)| value)
    }

    /// Text as `str()` gives it.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::None => Some("None".to_owned()),
            Self::Boolean(truth) => Some(if *truth { "True" } else { "False" }.to_owned()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Path(path) => Some(path.display().to_string()),
            _ => None,
        }
    }
}
