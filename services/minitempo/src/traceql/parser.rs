//! Tokens to a query, by recursive descent. Between filters `>` and `>>` bind first, then `&&` and `||` alike, from the
//! left; within them comparisons, then `&&`, then `||`.

use super::ast::{Field, Filter, Operand, Operator, Query, Relation, Spanset, Stage, Static};
use super::check::check;
use super::error::ParseError;
use super::pattern::{Matching, Pattern};
use super::token::{Token, TokenKind, tokenize};

/// What else TraceQL can do with spans.
const OTHER_STAGES: [&str; 14] = [
    "avg",
    "max",
    "min",
    "sum",
    "by",
    "coalesce",
    "rate",
    "count_over_time",
    "min_over_time",
    "max_over_time",
    "avg_over_time",
    "sum_over_time",
    "quantile_over_time",
    "histogram_over_time",
];
/// How deep parentheses and negations may be nested.
const MAX_DEPTH: usize = 64;

/// Reads a query.
pub(crate) fn parse(text: &str) -> Result<Query, ParseError> {
    let tokens = tokenize(text)?;
    let mut parser = Parser {
        text,
        tokens: &tokens,
        position: 0,
        depth: 0,
    };
    let spanset = parser.combined()?;
    let mut pipeline = Vec::new();
    while parser.take(&TokenKind::Pipe) {
        pipeline.push(parser.stage()?);
    }
    parser.expect_end()?;
    let query = Query { spanset, pipeline };
    check(&query)?;
    Ok(query)
}

/// Reads a field that stands alone, such as the tag whose values are asked for.
pub(crate) fn parse_field(text: &str) -> Result<Field, ParseError> {
    // Tempo reads it inside braces, so its columns are one to the right.
    let wrapped = format!("{{{text}}}");
    let tokens = tokenize(&wrapped)?;
    let mut parser = Parser {
        text: &wrapped,
        tokens: &tokens,
        position: 1,
        depth: 0,
    };
    match parser.operand()? {
        Operand::Field(field) => {
            parser.expect(&TokenKind::CloseBrace)?;
            parser.expect_end()?;
            Ok(field)
        }
        Operand::Static(_) => Err(ParseError::at(
            &wrapped,
            1,
            format!("syntax error: unexpected {text}"),
        )),
    }
}

struct Parser<'query> {
    text: &'query str,
    tokens: &'query [Token],
    position: usize,
    depth: usize,
}

impl Parser<'_> {
    fn combined(&mut self) -> Result<Spanset, ParseError> {
        let mut left = self.below()?;
        loop {
            if self.take(&TokenKind::And) {
                left = Spanset::And(Box::new(left), Box::new(self.below()?));
            } else if self.take(&TokenKind::Or) {
                left = Spanset::Or(Box::new(left), Box::new(self.below()?));
            } else {
                return Ok(left);
            }
        }
    }

    fn below(&mut self) -> Result<Spanset, ParseError> {
        let mut left = self.spanset()?;
        loop {
            let relation = if self.take(&TokenKind::Descendants) {
                Relation::Descendant
            } else if self.take(&TokenKind::Compare(Operator::Greater)) {
                Relation::Child
            } else {
                return Ok(left);
            };
            left = Spanset::Below(Box::new(left), relation, Box::new(self.spanset()?));
        }
    }

    /// `count() > 3` or `select(span.a, span.b)`.
    fn stage(&mut self) -> Result<Stage, ParseError> {
        let word = |name: &str| TokenKind::Word(name.to_owned());
        if self.take(&word("count")) {
            self.expect(&TokenKind::OpenParenthesis)?;
            self.expect(&TokenKind::CloseParenthesis)?;
            let operator = self.take_operator().ok_or_else(|| self.unexpected())?;
            let Some(TokenKind::Static(Static::Integer(number))) = self.next() else {
                return Err(self.unexpected());
            };
            let number = *number;
            self.position += 1;
            return Ok(Stage::Count(operator, number));
        }
        if self.take(&word("select")) {
            self.expect(&TokenKind::OpenParenthesis)?;
            let mut fields = Vec::new();
            loop {
                let Operand::Field(field) = self.operand()? else {
                    self.position -= 1;
                    return Err(self.unexpected());
                };
                fields.push(field);
                if !self.take(&TokenKind::Comma) {
                    break;
                }
            }
            self.expect(&TokenKind::CloseParenthesis)?;
            return Ok(Stage::Select(fields));
        }
        Err(match self.tokens.get(self.position) {
            Some(token) if matches!(&token.kind, TokenKind::Word(word) if OTHER_STAGES.contains(&word.as_str())) =>
            {
                let end = self.text[token.offset..]
                    .find('(')
                    .map_or(self.text.len(), |at| token.offset + at);
                let stage = self.text[token.offset..end].trim_end();
                ParseError::at(
                    self.text,
                    token.offset,
                    format!("syntax error: minitempo does not implement {stage}"),
                )
            }
            Some(_) | None => self.unexpected(),
        })
    }

    fn next(&self) -> Option<&TokenKind> {
        self.tokens.get(self.position).map(|token| &token.kind)
    }

    fn spanset(&mut self) -> Result<Spanset, ParseError> {
        if self.take(&TokenKind::OpenParenthesis) {
            self.descend()?;
            let inner = self.combined()?;
            self.expect(&TokenKind::CloseParenthesis)?;
            self.depth -= 1;
            return Ok(inner);
        }
        self.expect(&TokenKind::OpenBrace)?;
        if self.take(&TokenKind::CloseBrace) {
            return Ok(Spanset::Filter(Filter::Everything));
        }
        let filter = self.any_of()?;
        self.expect(&TokenKind::CloseBrace)?;
        Ok(Spanset::Filter(filter))
    }

    fn any_of(&mut self) -> Result<Filter, ParseError> {
        let mut left = self.all_of()?;
        while self.take(&TokenKind::Or) {
            left = Filter::Or(Box::new(left), Box::new(self.all_of()?));
        }
        Ok(left)
    }

    fn all_of(&mut self) -> Result<Filter, ParseError> {
        let mut left = self.condition()?;
        while self.take(&TokenKind::And) {
            left = Filter::And(Box::new(left), Box::new(self.condition()?));
        }
        Ok(left)
    }

    fn condition(&mut self) -> Result<Filter, ParseError> {
        if self.take(&TokenKind::Not) {
            self.descend()?;
            let inner = self.condition()?;
            self.depth -= 1;
            return Ok(Filter::Not(Box::new(inner)));
        }
        if self.take(&TokenKind::OpenParenthesis) {
            self.descend()?;
            let inner = self.any_of()?;
            self.expect(&TokenKind::CloseParenthesis)?;
            self.depth -= 1;
            return Ok(inner);
        }
        let left = self.operand()?;
        if let Some(TokenKind::Match(matching)) = self.next() {
            let matching = *matching;
            self.position += 1;
            return self.pattern(left, matching);
        }
        let Some(operator) = self.take_operator() else {
            return Ok(Filter::Truth(left));
        };
        let right = self.operand()?;
        Ok(Filter::Compare {
            left,
            operator,
            right,
        })
    }

    fn pattern(&mut self, left: Operand, matching: Matching) -> Result<Filter, ParseError> {
        let Some(TokenKind::Static(Static::Text(text))) = self.next() else {
            return Err(self.unexpected());
        };
        // In Tempo's words, which do not say what is wrong with it.
        let pattern = Pattern::new(text)
            .map_err(|_| ParseError::Meaning(format!("invalid regex: `{text}`")))?;
        self.position += 1;
        Ok(Filter::Match {
            left,
            matching,
            pattern,
        })
    }

    fn operand(&mut self) -> Result<Operand, ParseError> {
        let operand = match self.tokens.get(self.position).map(|token| &token.kind) {
            Some(TokenKind::Field(field)) => Operand::Field(field.clone()),
            Some(TokenKind::Static(value)) => Operand::Static(value.clone()),
            _ => return Err(self.unexpected()),
        };
        self.position += 1;
        Ok(operand)
    }

    fn take_operator(&mut self) -> Option<Operator> {
        let TokenKind::Compare(operator) = self.tokens.get(self.position)?.kind else {
            return None;
        };
        self.position += 1;
        Some(operator)
    }

    fn take(&mut self, wanted: &TokenKind) -> bool {
        let found = self
            .tokens
            .get(self.position)
            .is_some_and(|token| token.kind == *wanted);
        if found {
            self.position += 1;
        }
        found
    }

    fn expect(&mut self, wanted: &TokenKind) -> Result<(), ParseError> {
        if self.take(wanted) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn expect_end(&self) -> Result<(), ParseError> {
        if self.position == self.tokens.len() {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn descend(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ParseError::Meaning(format!(
                "expression depth is too large, at most {MAX_DEPTH} levels"
            )));
        }
        Ok(())
    }

    /// Complains about the token that is next.
    fn unexpected(&self) -> ParseError {
        let Some(token) = self.tokens.get(self.position) else {
            return ParseError::at(self.text, self.text.len(), "syntax error: unexpected $end");
        };
        let end = self
            .tokens
            .get(self.position + 1)
            .map_or(self.text.len(), |next| next.offset);
        let shown = self.text[token.offset..end].trim_end();
        let problem = match &token.kind {
            TokenKind::Word(word) => format!("unknown identifier: {word}"),
            TokenKind::Missing(operator) => {
                format!("syntax error: minitempo does not implement {operator}")
            }
            _ => format!("syntax error: unexpected {shown}"),
        };
        ParseError::at(self.text, token.offset, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ast::{Attribute, Scope, Static};
    use super::super::intrinsic::Intrinsic;
    use super::*;

    fn refusal(text: &str) -> String {
        parse(text).expect_err("not a query").to_string()
    }

    #[test]
    fn a_comparison_of_a_scoped_attribute_is_read() {
        let query = parse(r#"{ resource.service.name = "shop" && span.http.status_code >= 500 }"#)
            .expect("valid");
        let Spanset::Filter(Filter::And(left, right)) = query.spanset else {
            panic!("two conditions");
        };
        assert_eq!(
            *left,
            Filter::Compare {
                left: Operand::Field(Field::Attribute(Attribute {
                    scope: Scope::Resource,
                    key: "service.name".to_owned(),
                })),
                operator: Operator::Equal,
                right: Operand::Static(Static::Text("shop".to_owned())),
            }
        );
        assert!(matches!(
            *right,
            Filter::Compare {
                operator: Operator::GreaterOrEqual,
                ..
            }
        ));
    }

    #[test]
    fn every_form_of_the_subset_is_read() {
        for text in [
            "{}",
            "{ }",
            "{ name = `GET /` }",
            "{ duration > 1h30m }",
            "{ status != error || kind = server }",
            "{ .foo }",
            "{ !(span.a = 1) }",
            "{ span.\"a key\".b = -2.5 }",
            "{ span.x = nil }",
            "{ event:name = \"cache_miss\" }",
            "{ name = \"a\" } && ({ status = error } || { kind = client })",
            "{ resource.service.name=\"a\"&&name=\"b\" }",
            "{ \"a\" = name }",
            "{ name =~ \"a.*\" && span.b !~ `c|d` }",
            "{ name = \"a\" } > { } >> { status = error } && { }",
            "{ } | count() >= 3 | select(span.a, .b, name)",
            "{ name = \"\\u001b\" }",
        ] {
            assert!(parse(text).is_ok(), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn unknown_words_are_named_with_their_place() {
        assert_eq!(
            refusal("{ foo "),
            "parse error at line 1, col 3: unknown identifier: foo"
        );
        assert_eq!(
            refusal("{ service.name = \"x\" }"),
            "parse error at line 1, col 3: unknown identifier: service"
        );
        assert_eq!(
            parse_field("service.name")
                .expect_err("no scope")
                .to_string(),
            "parse error at line 1, col 2: unknown identifier: service"
        );
    }

    #[test]
    fn what_is_missing_or_unfinished_is_said() {
        assert_eq!(
            refusal("{ } << { }"),
            "parse error at line 1, col 5: syntax error: minitempo does not implement <<"
        );
        assert_eq!(
            refusal("{} | rate() by (name)"),
            "parse error at line 1, col 6: syntax error: minitempo does not implement rate"
        );
        assert_eq!(
            refusal("{} | count() > 3s"),
            "parse error at line 1, col 16: syntax error: unexpected 3s"
        );
        assert_eq!(
            refusal("{} | nothing()"),
            "parse error at line 1, col 6: unknown identifier: nothing"
        );
        assert_eq!(refusal("{ name =~ \"(\" }"), "invalid regex: `(`");
        assert_eq!(
            refusal("{ name = "),
            "parse error at line 1, col 10: syntax error: unexpected $end"
        );
        assert_eq!(
            refusal("{ name = \"a }"),
            "parse error at line 1, col 10: literal not terminated"
        );
        assert!(refusal(&format!("{{ {}", "!".repeat(1000))).contains("too large"));
    }

    #[test]
    fn a_field_alone_is_an_intrinsic_or_an_attribute() {
        assert_eq!(
            parse_field("name").expect("valid"),
            Field::Intrinsic(Intrinsic::Name)
        );
        assert_eq!(
            parse_field(".service.name").expect("valid"),
            Field::Attribute(Attribute {
                scope: Scope::Any,
                key: "service.name".to_owned(),
            })
        );
        assert!(parse_field("name } || { name").is_err());
    }
}
