//! The colours by which services are told apart.

use anstyle::AnsiColor;

/// Red is for errors.
const COLOURS: [AnsiColor; 10] = [
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Blue,
    AnsiColor::Magenta,
    AnsiColor::Yellow,
    AnsiColor::BrightCyan,
    AnsiColor::BrightGreen,
    AnsiColor::BrightBlue,
    AnsiColor::BrightMagenta,
    AnsiColor::BrightYellow,
];

/// Gives colours to names.
#[derive(Debug)]
pub(super) struct ServiceColours {
    taken: [bool; COLOURS.len()],
}

impl ServiceColours {
    /// All colours are free.
    pub(super) fn new() -> Self {
        Self {
            taken: [false; COLOURS.len()],
        }
    }

    /// The colour of a name: the same in every run, another than those before it as long as there are any.
    pub(super) fn next(&mut self, name: &str) -> AnsiColor {
        let sum = name.bytes().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(byte))
        });
        let places = (0..COLOURS.len()).map(|step| (sum % COLOURS.len() + step) % COLOURS.len());
        let free = places.clone().find(|place| !self.taken[*place]);
        let place = free.unwrap_or(sum % COLOURS.len());
        self.taken[place] = true;
        COLOURS[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_colour_and_shares_it_only_when_there_are_none_left() {
        let colours = |labels: &[&str]| {
            let mut colours = ServiceColours::new();
            labels
                .iter()
                .map(|label| colours.next(label))
                .collect::<Vec<_>>()
        };
        // Its sum is the largest number of 64 bits.
        assert_eq!(colours(&["10?KL?2>=C64?0"]).len(), 1);
        let alone = colours(&["scraper"]);
        assert_eq!(colours(&["scraper", "zoo"])[0], alone[0]);
        let many: Vec<String> = (0..10).map(|number| format!("s{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let mut different = colours(&many);
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 10);
    }
}
