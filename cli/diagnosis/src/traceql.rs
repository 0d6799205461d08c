//! Queries in `TraceQL` from what a person asks for. Nothing that stands in a value can become a part of the query
//! (<https://grafana.com/docs/tempo/latest/traceql/>).

use std::{fmt, str::FromStr, time::Duration};

use thiserror::Error;

/// A text as a query has it, in quotes.
///
/// What Go reads as an escape or does not allow within quotes is escaped, and so is every control character.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            control if control.is_control() || control == '\u{feff}' => {
                let escape = format!("\\u{:04x}", u32::from(control));
                quoted.push_str(&escape);
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

/// What one span of a trace has to be like, and how long the trace has to take.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpanFilter {
    /// `service.name` of its resource.
    pub service: Option<String>,
    /// Its name.
    pub operation: Option<String>,
    /// How it ended.
    pub status: Option<StatusFilter>,
    /// The trace takes at least so long.
    pub shortest: Option<Duration>,
    /// The trace takes at most so long.
    pub longest: Option<Duration>,
    /// What is said of it.
    pub attributes: Vec<AttributeFilter>,
}

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// It failed.
    Error,
    /// It was declared to be good.
    Ok,
    /// Nothing was said.
    Unset,
}

impl fmt::Display for SpanFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut conditions = Vec::new();
        if let Some(service) = &self.service {
            conditions.push(format!("resource.service.name = {}", quoted(service)));
        }
        if let Some(operation) = &self.operation {
            conditions.push(format!("name = {}", quoted(operation)));
        }
        if let Some(status) = self.status {
            conditions.push(format!("status = {}", status.word()));
        }
        for (operator, duration) in [(">=", self.shortest), ("<=", self.longest)] {
            if let Some(duration) = duration {
                conditions.push(format!("traceDuration {operator} {}", exact(duration)));
            }
        }
        conditions.extend(self.attributes.iter().map(ToString::to_string));
        match conditions[..] {
            [] => formatter.write_str("{ }"),
            _ => write!(formatter, "{{ {} }}", conditions.join(" && ")),
        }
    }
}

impl StatusFilter {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Ok => "ok",
            Self::Unset => "unset",
        }
    }
}

/// A duration in its largest unit of which it is a whole number.
fn exact(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos();
    for (unit, length) in [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000)] {
        if nanoseconds.is_multiple_of(length) {
            return format!("{}{unit}", nanoseconds / length);
        }
    }
    format!("{nanoseconds}ns")
}

/// A condition on an attribute: `http.route=/cart`, `span.http.status_code>=500`, `db.system`.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeFilter {
    scope: Scope,
    key: String,
    condition: Option<(Operator, String)>,
}

/// Why a text is no condition on an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttributeFilterError {
    /// It names no attribute.
    #[error("expected `KEY=VALUE`, such as `http.route=/cart` or `span.http.status_code>=500`")]
    NoKey,
    /// An order among what has none.
    #[error("`{0}` compares numbers, and `{1}` is none")]
    NoNumber(&'static str, String),
}

/// Where an attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Any,
    Named(&'static str),
}

/// How an attribute is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Different,
    Matches,
    MatchesNot,
    AtLeast,
    AtMost,
    More,
    Less,
}

/// Every operator, each before those that it begins with.
const OPERATORS: [(&str, Operator); 8] = [
    ("=~", Operator::Matches),
    ("!~", Operator::MatchesNot),
    ("!=", Operator::Different),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=", Operator::Equal),
    (">", Operator::More),
    ("<", Operator::Less),
];
/// The scopes that a key may begin with.
const SCOPES: [&str; 5] = ["resource", "span", "event", "link", "instrumentation"];

impl Operator {
    fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Different => "!=",
            Self::Matches => "=~",
            Self::MatchesNot => "!~",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::Less => "<",
        }
    }

    fn is_of_order(self) -> bool {
        matches!(self, Self::AtLeast | Self::AtMost | Self::More | Self::Less)
    }
}

impl FromStr for AttributeFilter {
    type Err = AttributeFilterError;

    /// The first operator in the text ends the key. A value in double quotes is text, whatever it looks like.
    fn from_str(text: &str) -> Result<Self, AttributeFilterError> {
        let place = text.char_indices().find_map(|(place, _)| {
            let found = OPERATORS
                .iter()
                .find(|(symbol, _)| text[place..].starts_with(symbol))?;
            Some((place, found))
        });
        let (name, condition) = match place {
            Some((place, (symbol, operator))) => {
                let value = text[place + symbol.len()..].trim();
                (&text[..place], Some((*operator, value.to_owned())))
            }
            None => (text, None),
        };
        if let Some((operator, value)) = &condition
            && operator.is_of_order()
            && literal(value).is_none()
        {
            return Err(AttributeFilterError::NoNumber(
                operator.symbol(),
                value.clone(),
            ));
        }
        let name = name.trim();
        let named = SCOPES.iter().find_map(|scope| {
            let key = name.strip_prefix(scope)?.strip_prefix('.')?;
            Some((Scope::Named(scope), key))
        });
        let (scope, key) = named.unwrap_or((Scope::Any, name.strip_prefix('.').unwrap_or(name)));
        if key.is_empty() {
            return Err(AttributeFilterError::NoKey);
        }
        Ok(Self {
            scope,
            key: key.to_owned(),
            condition,
        })
    }
}

impl fmt::Display for AttributeFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = match self.scope {
            Scope::Any => "",
            Scope::Named(scope) => scope,
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let key = if self.key.bytes().all(is_plain) {
            self.key.clone()
        } else {
            quoted(&self.key)
        };
        let field = format!("{scope}.{key}");
        let Some((operator, value)) = &self.condition else {
            return write!(formatter, "{field} != nil");
        };
        let symbol = operator.symbol();
        let unquoted = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'));
        let text = quoted(unquoted.unwrap_or(value));
        let literal = literal(value).filter(|_| unquoted.is_none());
        match (operator, literal) {
            // Whether it was recorded as a number or as text cannot be seen from here, and what is of another type
            // than the value is neither equal nor different.
            (Operator::Equal | Operator::Different, Some(literal)) => {
                write!(
                    formatter,
                    "({field} {symbol} {text} || {field} {symbol} {literal})"
                )
            }
            (Operator::Matches | Operator::MatchesNot, _) | (_, None) => {
                write!(formatter, "{field} {symbol} {text}")
            }
            (_, Some(literal)) => write!(formatter, "{field} {symbol} {literal}"),
        }
    }
}

/// The number or truth that a value is.
fn literal(value: &str) -> Option<String> {
    if let Ok(number) = value.parse::<i64>() {
        return Some(number.to_string());
    }
    if let Ok(truth) = value.parse::<bool>() {
        return Some(truth.to_string());
    }
    let is_number = value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    let number = value.parse::<f64>().ok().filter(|_| is_number)?;
    Some(number.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn condition(text: &str) -> String {
        text.parse::<AttributeFilter>().map_or_else(
            |error| format!("error: {error}"),
            |filter| filter.to_string(),
        )
    }

    #[test]
    fn what_is_asked_for_is_asked_of_one_span() {
        let filter = SpanFilter {
            service: Some("shop".to_owned()),
            operation: Some("GET /cart".to_owned()),
            status: Some(StatusFilter::Error),
            shortest: Some(Duration::from_millis(1500)),
            longest: Some(Duration::from_mins(2)),
            attributes: vec!["http.route=/cart".parse().unwrap()],
        };
        assert_eq!(
            filter.to_string(),
            "{ resource.service.name = \"shop\" && name = \"GET /cart\" && status = error && traceDuration >= 1500ms \
             && traceDuration <= 120s && .http.route = \"/cart\" }"
        );
        assert_eq!(SpanFilter::default().to_string(), "{ }");
        assert_eq!(exact(Duration::from_nanos(1_001)), "1001ns");
    }

    #[test]
    fn attributes_are_compared_as_what_they_may_have_been_recorded_as() {
        let table = [
            ("http.route = /cart", ".http.route = \"/cart\""),
            ("span.http.status_code>=500", "span.http.status_code >= 500"),
            (
                "http.status_code=500",
                "(.http.status_code = \"500\" || .http.status_code = 500)",
            ),
            ("http.status_code=\"500\"", ".http.status_code = \"500\""),
            (
                "http.status_code!=500",
                "(.http.status_code != \"500\" || .http.status_code != 500)",
            ),
            ("retried=true", "(.retried = \"true\" || .retried = true)"),
            ("resource.host.name!=a", "resource.host.name != \"a\""),
            (
                "event.exception.type=~.*Timeout",
                "event.exception.type =~ \".*Timeout\"",
            ),
            ("db.system", ".db.system != nil"),
            (".db.system", ".db.system != nil"),
            ("a key=1.5", "(.\"a key\" = \"1.5\" || .\"a key\" = 1.5)"),
            ("q=a=b", ".q = \"a=b\""),
            (
                "=x",
                "error: expected `KEY=VALUE`, such as `http.route=/cart` or `span.http.status_code>=500`",
            ),
            ("a>b", "error: `>` compares numbers, and `b` is none"),
        ];
        for (text, expected) in table {
            assert_eq!(condition(text), expected, "{text}");
        }
    }

    /// What Go reads between the quotes of a text (`strconv.Unquote`), and what follows them.
    fn unquoted(text: &str) -> Option<(String, &str)> {
        let mut read = String::new();
        let mut characters = text.strip_prefix('"')?.char_indices();
        while let Some((place, character)) = characters.next() {
            match character {
                '"' => return Some((read, &text[place + 2..])),
                '\n' | '\u{feff}' | '\0' => return None,
                '\\' => match characters.next()?.1 {
                    'n' => read.push('\n'),
                    't' => read.push('\t'),
                    'r' => read.push('\r'),
                    escaped @ ('"' | '\\') => read.push(escaped),
                    'u' => {
                        let digits: String = characters
                            .by_ref()
                            .take(4)
                            .map(|(_, digit)| digit)
                            .collect();
                        read.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                    }
                    _ => return None,
                },
                plain => read.push(plain),
            }
        }
        None
    }

    proptest! {
        #[test]
        fn a_value_is_read_back_as_it_is_and_nothing_of_it_leaves_its_quotes(text in any::<String>()) {
            let query = format!("{} }}", quoted(&text));
            prop_assert_eq!(unquoted(&query), Some((text, " }")));
        }

        #[test]
        fn the_name_of_a_service_adds_nothing_to_a_query(
            text in prop_oneof![any::<String>(), "[\"\\\\ {}=|&n\\n]{0,12}"],
        ) {
            let filter = SpanFilter { service: Some(text.clone()), ..SpanFilter::default() };
            let query = filter.to_string();
            let value = query.strip_prefix("{ resource.service.name = ").unwrap();
            prop_assert_eq!(unquoted(value), Some((text, " }")));
        }

        #[test]
        fn neither_key_nor_value_of_an_attribute_leaves_its_quotes(text in "[a\"\\\\ {}=|&~<>!\\n.]{1,12}") {
            if let Ok(filter) = text.parse::<AttributeFilter>() {
                let condition = filter.to_string();
                let mut rest = condition.as_str();
                let mut outside = String::new();
                while let Some(place) = rest.find('"') {
                    outside.push_str(&rest[..place]);
                    let read = unquoted(&rest[place..]);
                    prop_assert!(read.is_some(), "{}", condition);
                    rest = read.map_or("", |(_, rest)| rest);
                }
                outside.push_str(rest);
                prop_assert!(!outside.contains(['{', '}', '|', '&', '\\', '\n']), "{}", condition);
            }
        }
    }
}
