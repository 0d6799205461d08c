//! A tolerant reader of Alloy's block syntax: `name "label" { attribute = value … }`.
//!
//! Values are kept as they are written: of their expressions only a string is understood, by whoever asks.

use thiserror::Error;

use crate::snapshot::{AlloyAttribute, AlloyBlock, AlloyDocument};

/// Deeper than any configuration is.
const DEEPEST: usize = 32;
/// More blocks and attributes than any configuration has.
const MOST: usize = 50_000;

/// Why a text is no Alloy configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct NotAlloy {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong there.
    pub reason: &'static str,
}

impl AlloyDocument {
    /// Reads the blocks of a file.
    pub fn read(file: impl Into<String>, text: &str) -> Result<Self, NotAlloy> {
        let mut reader = Reader {
            rest: text.trim_start_matches('\u{feff}'),
            line: 1,
            column: 1,
            left: MOST,
        };
        let body = reader.body(0)?;
        match reader.peek() {
            None => Ok(Self {
                file: file.into(),
                blocks: body.blocks,
            }),
            Some(_) => Err(reader.wrong("a brace that nothing opened")),
        }
    }
}

/// What stands between two braces.
#[derive(Default)]
struct Body {
    attributes: Vec<AlloyAttribute>,
    blocks: Vec<AlloyBlock>,
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
    column: u32,
    left: usize,
}

impl<'t> Reader<'t> {
    fn wrong(&self, reason: &'static str) -> NotAlloy {
        NotAlloy {
            line: self.line,
            column: self.column,
            reason,
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        if character == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(character)
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.next();
        }
    }

    /// Blanks, commas and comments between statements.
    fn skip_space(&mut self) {
        loop {
            self.skip_while(|character| {
                character.is_whitespace() || matches!(character, ',' | ';')
            });
            if !self.skip_comment() {
                return;
            }
        }
    }

    /// Skips a comment; whether there was one.
    fn skip_comment(&mut self) -> bool {
        if self.rest.starts_with("//") {
            self.skip_while(|character| character != '\n');
            return true;
        }
        if !self.rest.starts_with("/*") {
            return false;
        }
        while !self.rest.is_empty() && !self.rest.starts_with("*/") {
            self.next();
        }
        self.next();
        self.next();
        true
    }

    fn body(&mut self, depth: usize) -> Result<Body, NotAlloy> {
        if depth > DEEPEST {
            return Err(self.wrong("nested too deeply"));
        }
        let mut body = Body::default();
        loop {
            self.skip_space();
            match self.peek() {
                None | Some('}') => return Ok(body),
                Some(_) => self.statement(&mut body, depth)?,
            }
        }
    }

    fn statement(&mut self, body: &mut Body, depth: usize) -> Result<(), NotAlloy> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| self.wrong("more statements than any configuration has"))?;
        let (line, column) = (self.line, self.column);
        let name = self.name()?;
        self.skip_space();
        if self.peek() == Some('=') {
            self.next();
            let value = self.value()?;
            body.attributes.push(AlloyAttribute {
                name,
                value,
                line,
                column,
            });
            return Ok(());
        }
        let label = match self.peek() {
            Some('"') => Some(self.string()?.trim_matches('"').to_owned()),
            Some(_) | None => None,
        };
        self.skip_space();
        if self.next() != Some('{') {
            return Err(self.wrong("neither a value nor a block follows the name"));
        }
        let inner = self.body(depth + 1)?;
        if self.next() != Some('}') {
            return Err(self.wrong("a block that does not end"));
        }
        body.blocks.push(AlloyBlock {
            name,
            label,
            line,
            column,
            attributes: inner.attributes,
            blocks: inner.blocks,
        });
        Ok(())
    }

    /// `otelcol.exporter.otlp`, `endpoint`, `"quoted"` in an object.
    fn name(&mut self) -> Result<String, NotAlloy> {
        if self.peek() == Some('"') {
            return Ok(self.string()?.trim_matches('"').to_owned());
        }
        let start = self.rest;
        self.skip_while(|character| {
            character.is_alphanumeric() || matches!(character, '_' | '.' | '-')
        });
        let name = &start[..start.len() - self.rest.len()];
        if name.is_empty() {
            return Err(self.wrong("neither a name nor the end of the block"));
        }
        Ok(name.to_owned())
    }

    /// A string with its quotes.
    fn string(&mut self) -> Result<&'t str, NotAlloy> {
        let start = self.rest;
        let quote = self.next();
        loop {
            match self.next() {
                None => return Err(self.wrong("a string that does not end")),
                Some('\\') if quote == Some('"') => {
                    self.next();
                }
                character if character == quote => {
                    return Ok(&start[..start.len() - self.rest.len()]);
                }
                Some(_) => {}
            }
        }
    }

    /// A value as it is written: up to the end of its line, of its brackets, or of the block.
    fn value(&mut self) -> Result<String, NotAlloy> {
        self.skip_while(|character| character == ' ' || character == '\t');
        let start = self.rest;
        let mut end = start;
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None if open > 0 => return Err(self.wrong("a bracket that does not end")),
                None => break,
                Some('\n' | ',' | ';' | '}') if open == 0 => break,
                Some('/') if self.skip_comment() => continue,
                Some('"' | '`') => {
                    self.string()?;
                }
                Some(character) => {
                    match character {
                        '[' | '(' | '{' => open += 1,
                        ']' | ')' | '}' => open = open.saturating_sub(1),
                        _ => {}
                    }
                    self.next();
                }
            }
            end = self.rest;
        }
        Ok(start[..start.len() - end.len()].trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_attributes_and_places_are_read() {
        let text = concat!(
            "// The way of the traces.\n",
            "otelcol.exporter.otlp \"tempo\" {\n",
            "  client {\n",
            "    endpoint = \"tempo:4317\" // plaintext\n",
            "    tls { insecure = true }\n",
            "  }\n",
            "}\n",
            "logging { level = \"info\", format = `logfmt` }\n",
            "a.b \"c\" { list = [\n x.y.input,\n] }\n",
        );
        let document = AlloyDocument::read("config.alloy", text).unwrap();
        let [exporter, logging, list] = &document.blocks[..] else {
            panic!("{document:#?}")
        };
        assert_eq!(exporter.label.as_deref(), Some("tempo"));
        let client = &exporter.blocks[0];
        let endpoint = &client.attributes[0];
        assert_eq!(endpoint.value, "\"tempo:4317\"");
        assert_eq!((endpoint.line, endpoint.column), (4, 5));
        assert_eq!(client.blocks[0].attributes[0].value, "true");
        assert_eq!(logging.attributes.len(), 2);
        assert_eq!(list.attributes[0].value, "[\n x.y.input,\n]");
    }

    #[test]
    fn what_is_not_alloy_is_an_error_with_its_place() {
        for text in ["a {", "}", "a \"b", "receivers:\n  otlp:\n", "a = [1"] {
            assert!(AlloyDocument::read("f", text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[a-z.={}\\[\\]()\"`/* ,\n\\\\é]{0,120}") {
            drop(AlloyDocument::read("f", &text));
        }

        #[test]
        fn no_depth_breaks_the_reader(depth in 0_usize..2000) {
            drop(AlloyDocument::read("f", &"a { ".repeat(depth)));
        }
    }
}
