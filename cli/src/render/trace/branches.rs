//! The lines of a tree in front of its rows.

use ptctl_diagnosis::trace::Row;

use crate::render::Glyphs;

/// The lines of a tree, row by row.
#[derive(Debug)]
pub(super) struct Branches {
    glyphs: Glyphs,
    /// The columns that lines and names share.
    room: usize,
    /// For each depth above the next row, whether something more is to come there.
    open: Vec<bool>,
}

/// What comes below a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// Rows of its own.
    Rows,
    /// Nothing.
    Nothing,
}

impl Branches {
    /// No row yet.
    pub(super) fn new(room: usize, glyphs: Glyphs) -> Self {
        Self {
            glyphs,
            room,
            open: Vec::new(),
        }
    }

    /// Comes to a row.
    pub(super) fn come_to(&mut self, row: &Row) {
        self.open.truncate(row.depth);
    }

    /// Leaves a row for the next one.
    pub(super) fn leave(&mut self, row: &Row) {
        self.open.push(!row.is_last);
    }

    /// The lines of the tree in front of a row.
    pub(super) fn guides(&self, row: &Row) -> String {
        let (last, other) = match self.glyphs {
            Glyphs::Unicode => ("└ ", "├ "),
            Glyphs::Ascii => ("` ", "|-"),
        };
        if row.depth == 0 {
            return String::new();
        }
        let own = if row.is_last { last } else { other };
        match self.too_deep(row) {
            Some(depth) => format!("{depth}{own}"),
            None => format!("{}{own}", self.ancestors(row.depth)),
        }
    }

    /// The lines of the tree beside what is said of a row.
    pub(super) fn indent(&self, row: &Row, below: Below) -> String {
        let bar = self.vertical();
        let below = match below {
            Below::Rows => bar,
            Below::Nothing => "  ",
        };
        match self.too_deep(row) {
            Some(depth) => format!(
                "{}{below}",
                " ".repeat(textwrap::core::display_width(&depth) + 2)
            ),
            None if row.depth == 0 => below.to_owned(),
            None => {
                let own = if row.is_last { "  " } else { bar };
                format!("{}{own}{below}", self.ancestors(row.depth))
            }
        }
    }

    /// The lines of the levels between the top and the parent.
    fn ancestors(&self, depth: usize) -> String {
        let levels = self.open.iter().take(depth).skip(1);
        levels
            .map(|open| if *open { self.vertical() } else { "  " })
            .collect()
    }

    /// Where the lines of the tree would leave no room for names: the depth instead.
    fn too_deep(&self, row: &Row) -> Option<String> {
        let sign = match self.glyphs {
            Glyphs::Unicode => '»',
            Glyphs::Ascii => '>',
        };
        (row.depth * 2 > self.room / 2).then(|| format!("{sign}{} ", row.depth))
    }

    fn vertical(&self) -> &'static str {
        match self.glyphs {
            Glyphs::Unicode => "│ ",
            Glyphs::Ascii => "| ",
        }
    }
}
