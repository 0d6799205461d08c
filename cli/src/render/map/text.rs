//! A map as a list: each service once, and beneath it whom it calls.

use anstyle::Style;
use ptctl_diagnosis::trace::{
    calls::{CallWay, Callee},
    figures::Figures,
    service_map::{Edge, Node, Seen},
};

use super::{Mapped, label};
use crate::render::{
    Glyphs, Page, Tone,
    figures::{self, Often, cells, heading},
};

/// With fewer columns the figures stand on a line of their own.
const ONE_LINE: usize = 60;
/// The longest name is given no more room than this.
const NAME: usize = 60;

impl Mapped {
    /// The map for people.
    pub(crate) fn write(&self, page: &mut Page) {
        if self.map.nodes.is_empty() {
            page.paragraph(Tone::Plain, "no trace of any service was found");
        } else {
            let list = List::new(self, page);
            list.heading(page);
            for (number, node) in self.map.nodes.iter().enumerate() {
                if let Callee::Service(_) = node.who {
                    list.service(page, number, node);
                }
            }
        }
        page.blank();
        if !self.map.edges.is_empty() {
            let [request, message] = arrows(page.glyphs());
            page.paragraph(
                Tone::Faint,
                &format!(
                    "{request} asks and waits, {message} leaves a message. Calls are as their callers saw them; a service \
                     is what it was asked for, and what it began."
                ),
            );
        }
        for from in &self.from {
            let tempo = format!("`{}` at {}", from.tempo, from.reached);
            page.paragraph(
                Tone::Faint,
                &format!("drawn from {}", from.sample.said(&tempo)),
            );
        }
        for note in self.notes() {
            let label = format!("{} ", page.sign(Tone::Doubtful));
            page.entry(&label, Tone::Doubtful, &note);
        }
    }
}

fn arrows(glyphs: Glyphs) -> [&'static str; 2] {
    match glyphs {
        Glyphs::Unicode => ["→", "⇢"],
        Glyphs::Ascii => ["->", "~>"],
    }
}

struct List<'l> {
    mapped: &'l Mapped,
    /// The columns of a name.
    name: usize,
}

impl<'l> List<'l> {
    fn new(mapped: &'l Mapped, page: &Page) -> Self {
        let name = if page.width() >= ONE_LINE {
            (page.width() - figures::WIDTH - 1).min(NAME)
        } else {
            page.width()
        };
        Self { mapped, name }
    }

    fn heading(&self, page: &mut Page) {
        let room = if page.width() >= ONE_LINE {
            self.name
        } else {
            0
        };
        let figures = heading(self.mapped.often(Seen::Newest), "count");
        page.line([(
            Style::new().dimmed(),
            format!("{:room$} {figures}", "").as_str(),
        )]);
    }

    fn service(&self, page: &mut Page, number: usize, node: &Node) {
        let map = &self.mapped.map;
        let calls: Vec<&Edge> = map
            .edges
            .iter()
            .filter(|edge| edge.from == number)
            .collect();
        let is_called = map.edges.iter().any(|edge| edge.to == number);
        let remark = match node.seen {
            Seen::Named => label::UNREAD,
            Seen::Newest | Seen::Searched if calls.is_empty() && !is_called => "no calls",
            Seen::Newest | Seen::Searched => "",
        };
        let name = label::name(&node.who);
        let figures = node.figures.as_ref();
        self.row(
            page,
            ("", Style::new().bold()),
            (name, remark),
            figures,
            node.seen,
        );
        for edge in calls {
            self.call(page, edge);
        }
    }

    fn call(&self, page: &mut Page, edge: &Edge) {
        let [request, message] = arrows(page.glyphs());
        let arrow = match edge.way {
            CallWay::Request => request,
            CallWay::Message => message,
        };
        let who = &self.mapped.map.nodes[edge.to].who;
        let remark = if label::is_unanswered(self.mapped, edge) {
            label::UNANSWERED
        } else if edge.from == edge.to {
            "itself"
        } else {
            label::kind(who).unwrap_or_default()
        };
        let begin = format!("  {arrow} ");
        let name = label::name(who);
        self.row(
            page,
            (&begin, Style::new()),
            (name, remark),
            Some(&edge.figures),
            edge.seen,
        );
    }

    fn row(
        &self,
        page: &mut Page,
        (begin, style): (&str, Style),
        (name, remark): (&str, &str),
        figures: Option<&Figures>,
        seen: Seen,
    ) {
        let width = textwrap::core::display_width;
        let room = match figures {
            Some(_) => self.name,
            None => page.width(),
        };
        let room = room.saturating_sub(width(begin));
        let name = page.cut(name, room);
        let remark = match remark {
            "" => String::new(),
            remark => format!(" ({remark})"),
        };
        // The remark is left out before a part of the name is.
        let remark = match page.spelt(&remark) {
            remark if width(&name) + width(&remark) <= room => remark,
            _ => String::new(),
        };
        let rest = " ".repeat(room.saturating_sub(width(&name) + width(&remark)));
        let dimmed = Style::new().dimmed();
        let name = [
            (Style::new(), begin),
            (style, name.as_str()),
            (dimmed, &remark),
            (Style::new(), &rest),
        ];
        let Some(figures) = figures else {
            return page.line(name);
        };
        let often = match self.mapped.often(seen) {
            Often::Unknown if self.mapped.seconds().is_none() => Often::Count,
            often => often,
        };
        let (often, (failing, errors), times) = cells(figures, often, page.glyphs());
        let often = format!(" {often}");
        let figures = [
            (Style::new(), often.as_str()),
            (failing, &errors),
            (Style::new(), &times),
        ];
        if page.width() >= ONE_LINE {
            page.line(name.into_iter().chain(figures));
        } else {
            page.line(name);
            page.line(figures);
        }
    }
}
