//! A text cut into tokens.

use std::time::Duration;

use winnow::ascii::{dec_int, multispace0};
use winnow::combinator::{alt, cut_err, delimited, opt, preceded, repeat};
use winnow::error::{ContextError, ErrMode};
use winnow::stream::{LocatingSlice, Location as _, Stream as _};
use winnow::token::{none_of, one_of, take, take_while};
use winnow::{ModalResult, Parser as _};

use super::ast::{Attribute, Field, Operator, Scope, Static};
use super::error::ParseError;
use super::intrinsic::Intrinsic;
use super::pattern::Matching;
use crate::config::{Units, parse_go_duration};

/// A token with the byte offset at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) offset: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    OpenBrace,
    CloseBrace,
    OpenParenthesis,
    CloseParenthesis,
    And,
    Or,
    Not,
    Compare(Operator),
    Match(Matching),
    /// `>>`
    Descendants,
    Pipe,
    Comma,
    Field(Field),
    Static(Static),
    /// A word that names nothing; only an enum value in the right place.
    Word(String),
    /// An operator of TraceQL that minitempo does not have.
    Missing(&'static str),
}

/// What a symbol is.
#[derive(Debug, Clone, Copy)]
enum Symbol {
    OpenBrace,
    CloseBrace,
    OpenParenthesis,
    CloseParenthesis,
    And,
    Or,
    Not,
    Compare(Operator),
    Match(Matching),
    Descendants,
    Pipe,
    Comma,
    Missing(&'static str),
}

impl Symbol {
    fn token(self) -> TokenKind {
        match self {
            Self::OpenBrace => TokenKind::OpenBrace,
            Self::CloseBrace => TokenKind::CloseBrace,
            Self::OpenParenthesis => TokenKind::OpenParenthesis,
            Self::CloseParenthesis => TokenKind::CloseParenthesis,
            Self::And => TokenKind::And,
            Self::Or => TokenKind::Or,
            Self::Not => TokenKind::Not,
            Self::Compare(operator) => TokenKind::Compare(operator),
            Self::Match(matching) => TokenKind::Match(matching),
            Self::Descendants => TokenKind::Descendants,
            Self::Pipe => TokenKind::Pipe,
            Self::Comma => TokenKind::Comma,
            Self::Missing(operator) => TokenKind::Missing(operator),
        }
    }
}

/// Every symbol of TraceQL, each before those that it begins with.
const SYMBOLS: [(&str, Symbol); 31] = [
    ("&>>", Symbol::Missing("&>>")),
    ("&<<", Symbol::Missing("&<<")),
    ("=~", Symbol::Match(Matching::Matches)),
    ("!~", Symbol::Match(Matching::MatchesNot)),
    (">>", Symbol::Descendants),
    ("<<", Symbol::Missing("<<")),
    ("&>", Symbol::Missing("&>")),
    ("&<", Symbol::Missing("&<")),
    ("&~", Symbol::Missing("&~")),
    ("&&", Symbol::And),
    ("||", Symbol::Or),
    ("!=", Symbol::Compare(Operator::NotEqual)),
    (">=", Symbol::Compare(Operator::GreaterOrEqual)),
    ("<=", Symbol::Compare(Operator::LessOrEqual)),
    ("{", Symbol::OpenBrace),
    ("}", Symbol::CloseBrace),
    ("(", Symbol::OpenParenthesis),
    (")", Symbol::CloseParenthesis),
    ("=", Symbol::Compare(Operator::Equal)),
    (">", Symbol::Compare(Operator::Greater)),
    ("<", Symbol::Compare(Operator::Less)),
    ("!", Symbol::Not),
    ("|", Symbol::Pipe),
    (",", Symbol::Comma),
    ("~", Symbol::Missing("~")),
    ("+", Symbol::Missing("+")),
    ("-", Symbol::Missing("-")),
    ("*", Symbol::Missing("*")),
    ("/", Symbol::Missing("/")),
    ("%", Symbol::Missing("%")),
    ("^", Symbol::Missing("^")),
];
/// What ends a word or the key of an attribute.
const ENDS_KEY: &[char] = &[
    '{', '}', '(', ')', '=', '~', '!', '<', '>', '&', '|', '^', ',', '"', '`', ' ', '\t', '\n',
    '\r',
];

type Input<'text> = LocatingSlice<&'text str>;

/// Cuts a text into tokens; fails at the first character that begins none.
pub(super) fn tokenize(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut input = LocatingSlice::new(text);
    let mut tokens = Vec::new();
    loop {
        skip_space(&mut input);
        if input.is_empty() {
            return Ok(tokens);
        }
        let offset = input.current_token_start();
        let kind = token.parse_next(&mut input).map_err(|_| {
            let character = text[offset..].chars().next().unwrap_or_default();
            ParseError::at(
                text,
                offset,
                if character == '"' || character == '`' {
                    "literal not terminated".to_owned()
                } else {
                    format!("syntax error: unexpected {character:?}")
                },
            )
        })?;
        tokens.push(Token { kind, offset });
    }
}

fn skip_space(input: &mut Input<'_>) {
    let result: ModalResult<&str> = multispace0.parse_next(input);
    debug_assert!(result.is_ok(), "no space is space enough");
}

fn token(input: &mut Input<'_>) -> ModalResult<TokenKind> {
    alt((
        text.map(|text| TokenKind::Static(Static::Text(text))),
        number_or_duration.map(TokenKind::Static),
        attribute.map(|attribute| TokenKind::Field(Field::Attribute(attribute))),
        word.map(classify),
        symbol,
    ))
    .parse_next(input)
}

fn symbol(input: &mut Input<'_>) -> ModalResult<TokenKind> {
    for (mut symbol, kind) in SYMBOLS {
        let checkpoint = input.checkpoint();
        let found: ModalResult<&str> = symbol.parse_next(input);
        if found.is_ok() {
            return Ok(kind.token());
        }
        input.reset(&checkpoint);
    }
    Err(ErrMode::Backtrack(ContextError::new()))
}

fn text(input: &mut Input<'_>) -> ModalResult<String> {
    alt((
        delimited('"', cut_err(repeat(0.., escaped_character)), cut_err('"')),
        delimited('`', take_while(0.., |c| c != '`'), cut_err('`')).map(str::to_owned),
    ))
    .parse_next(input)
}

fn escaped_character(input: &mut Input<'_>) -> ModalResult<char> {
    alt((
        none_of(['"', '\\', '\n']),
        preceded(
            '\\',
            alt((
                one_of(['"', '\\', '\'']),
                'n'.value('\n'),
                't'.value('\t'),
                'r'.value('\r'),
                preceded('u', take(4_usize))
                    .verify_map(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?)),
            )),
        ),
    ))
    .parse_next(input)
}

/// `12`, `-3`, `1.5`, `25ms`, `1h30m`.
fn number_or_duration(input: &mut Input<'_>) -> ModalResult<Static> {
    let checkpoint = input.checkpoint();
    let sign: Option<char> = opt('-').parse_next(input)?;
    let digits: &str = take_while(1.., |c: char| {
        c.is_ascii_alphanumeric() || c == '.' || c == 'µ' || c == 'μ'
    })
    .parse_next(input)?;
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        input.reset(&checkpoint);
        return Err(ErrMode::Backtrack(ContextError::new()));
    }
    let signed = if sign.is_some() {
        format!("-{digits}")
    } else {
        digits.to_owned()
    };
    let mut whole = signed.as_str();
    let integer: ModalResult<i64> = dec_int.parse_next(&mut whole);
    let value = match integer {
        Ok(number) if whole.is_empty() => Some(Static::Integer(number)),
        _ => signed
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Static::Float)
            .or_else(|| duration(digits, sign)),
    };
    value.ok_or_else(|| {
        input.reset(&checkpoint);
        ErrMode::Backtrack(ContextError::new())
    })
}

/// No span lasts less than nothing, so a duration has no sign.
fn duration(text: &str, sign: Option<char>) -> Option<Static> {
    if sign.is_some() {
        return None;
    }
    let duration: Duration = parse_go_duration(text, Units::Prometheus)?;
    Some(Static::Duration(duration))
}

/// `.key`, `span.key`, `resource."a key"`.
fn attribute(input: &mut Input<'_>) -> ModalResult<Attribute> {
    let checkpoint = input.checkpoint();
    let scope_word: &str = take_while(0.., |c: char| c.is_ascii_alphabetic()).parse_next(input)?;
    let scope = if scope_word.is_empty() {
        Some(Scope::Any)
    } else {
        Scope::named(scope_word)
    };
    let dot: Option<char> = opt('.').parse_next(input)?;
    let Some(scope) = scope.filter(|_| dot.is_some()) else {
        input.reset(&checkpoint);
        return Err(ErrMode::Backtrack(ContextError::new()));
    };
    let key = key(input)?;
    Ok(Attribute { scope, key })
}

/// The key of an attribute, parts of which may be in quotes.
fn key(input: &mut Input<'_>) -> ModalResult<String> {
    repeat(
        1..,
        alt((
            text,
            take_while(1.., |c| !ENDS_KEY.contains(&c)).map(str::to_owned),
        )),
    )
    .fold(String::new, |mut key, part: String| {
        key.push_str(&part);
        key
    })
    .parse_next(input)
}

/// A word up to a dot: what follows the dot of an unknown scope is not part of what is complained about.
fn word<'text>(input: &mut Input<'text>) -> ModalResult<&'text str> {
    take_while(1.., |c: char| c.is_alphanumeric() || c == '_' || c == ':').parse_next(input)
}

fn classify(word: &str) -> TokenKind {
    use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
    use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
    if let Some(intrinsic) = Intrinsic::named(word) {
        return TokenKind::Field(Field::Intrinsic(intrinsic));
    }
    TokenKind::Static(match word {
        "nil" => Static::Nil,
        "true" => Static::Truth(true),
        "false" => Static::Truth(false),
        "ok" => Static::Status(StatusCode::Ok),
        "error" => Static::Status(StatusCode::Error),
        "unset" => Static::Status(StatusCode::Unset),
        "unspecified" => Static::Kind(SpanKind::Unspecified),
        "internal" => Static::Kind(SpanKind::Internal),
        "server" => Static::Kind(SpanKind::Server),
        "client" => Static::Kind(SpanKind::Client),
        "producer" => Static::Kind(SpanKind::Producer),
        "consumer" => Static::Kind(SpanKind::Consumer),
        other => return TokenKind::Word(other.to_owned()),
    })
}
