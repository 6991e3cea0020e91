//! Which aggregate a column gets, from the type that it was declared with.

/// The sorts of columns that have an aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Decimal,
    Real,
    Boolean,
    Text,
    Time,
    Bytes,
    Other,
}

impl Kind {
    /// From the declaration of a SQLite column, which is any text: Django's words first, then SQLite's own rules.
    pub(super) fn of_declaration(declared: &str) -> Self {
        let word = declared.to_ascii_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
        if word.starts_with("bool") {
            Self::Boolean
        } else if has(&["datetime", "timestamp"]) || word == "date" || word == "time" {
            Self::Time
        } else if has(&["decimal", "numeric"]) {
            Self::Decimal
        } else if has(&["int"]) {
            Self::Integer
        } else if has(&["char", "clob", "text"]) {
            Self::Text
        } else if has(&["real", "floa", "doub"]) {
            Self::Real
        } else if has(&["blob"]) {
            Self::Bytes
        } else {
            Self::Other
        }
    }

    /// From the name of a PostgreSQL type (`pg_type.typname`).
    pub(super) fn of_type(name: &str) -> Self {
        match name {
            "int2" | "int4" | "int8" => Self::Integer,
            "numeric" => Self::Decimal,
            "float4" | "float8" => Self::Real,
            "bool" => Self::Boolean,
            "text" | "varchar" | "bpchar" | "citext" | "uuid" | "json" | "jsonb" => Self::Text,
            "timestamptz" | "timestamp" | "date" | "time" => Self::Time,
            "bytea" => Self::Bytes,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn djangos_types_on_both_engines_are_of_the_same_kind() {
        for (sqlite, postgres, kind) in [
            ("integer", "int4", Kind::Integer),
            ("smallint unsigned", "int2", Kind::Integer),
            ("bigint", "int8", Kind::Integer),
            ("decimal", "numeric", Kind::Decimal),
            ("real", "float8", Kind::Real),
            ("bool", "bool", Kind::Boolean),
            ("varchar(200)", "varchar", Kind::Text),
            ("char(32)", "uuid", Kind::Text),
            ("text", "text", Kind::Text),
            ("datetime", "timestamptz", Kind::Time),
            ("date", "date", Kind::Time),
            ("time", "time", Kind::Time),
            ("BLOB", "bytea", Kind::Bytes),
            ("", "point", Kind::Other),
        ] {
            assert_eq!((Kind::of_declaration(sqlite), Kind::of_type(postgres)), (kind, kind), "{sqlite}");
        }
    }
}
