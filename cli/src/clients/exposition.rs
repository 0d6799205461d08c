//! Prometheus' text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>): samples, nothing else.

/// One sample line.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The metric's name.
    pub name: String,
    /// Its labels in their order.
    pub labels: Vec<(String, String)>,
    /// Its value.
    pub value: f64,
}

impl Sample {
    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value as a count: not negative, without a fraction.
    pub fn count(&self) -> Option<u64> {
        // 2^53: beyond it a float no longer holds every whole number.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if !(0.0..=EXACT).contains(&self.value) {
            return None;
        }
        format!("{:.0}", self.value).parse().ok()
    }
}

/// The samples of the metrics that `wanted` names. A line that is not understood is left out.
pub fn samples(text: &str, wanted: impl Fn(&str) -> bool) -> Vec<Sample> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter(|line| wanted(&line[..name_length(line)]))
        .filter_map(sample)
        .collect()
}

fn name_length(line: &str) -> usize {
    line.bytes()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')))
        .unwrap_or(line.len())
}

fn sample(line: &str) -> Option<Sample> {
    let (name, rest) = line.split_at(name_length(line));
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

type Labels = Vec<(String, String)>;

/// The labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Option<(Labels, &str)> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        if let Some(after) = rest.strip_prefix('}') {
            return Some((found, after));
        }
        let (key, after) = rest.split_once("=\"")?;
        let (value, after) = quoted(after)?;
        found.push((key.trim().to_owned(), value));
        rest = after;
    }
}

/// The text up to the closing quote, escapes resolved, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                escaped => value.push(escaped),
            },
            plain => value.push(plain),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = concat!(
        "# HELP a_total Things.\n",
        "# TYPE a_total counter\n",
        "a_total{reason=\"rate \\\"limited\\\"\",tenant=\"x,}y\"} 1.5e+03 1795328713000\n",
        "a_total 7\n",
        "b 1\n",
        "a_total{broken 1\n",
        "a_total{reason=\"nan\",} NaN\n",
    );

    #[test]
    fn samples_are_read_with_their_labels_and_escapes() {
        let found = samples(TEXT, |name| name == "a_total");
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].label("reason"), Some("rate \"limited\""));
        assert_eq!(found[0].label("tenant"), Some("x,}y"));
        assert_eq!(found[0].count(), Some(1500));
        assert_eq!((found[1].labels.len(), found[1].count()), (0, Some(7)));
        assert_eq!(found[2].count(), None);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[a-z{}=\"\\\\ ,0-9#\n]{0,80}") {
            samples(&text, |_| true);
        }
    }
}
