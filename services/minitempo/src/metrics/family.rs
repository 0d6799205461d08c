//! Counters and histograms with labels, and the Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What a series is, as the `# TYPE` line has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    fn label(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// The text that `/metrics` answers, as it grows.
#[derive(Debug, Default)]
pub(crate) struct Exposition(String);

impl Exposition {
    /// Begins a family.
    pub(crate) fn family(&mut self, name: &str, help: &str, kind: Kind) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {}", kind.label()));
    }

    /// Adds one sample.
    pub(crate) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        if labels.is_empty() {
            self.line(format_args!("{name} {value}"));
            return;
        }
        let labels = Labels(labels);
        self.line(format_args!("{name}{{{labels}}} {value}"));
    }

    /// Adds one sample whose labels are in the text format already.
    pub(crate) fn sample_with(
        &mut self,
        name: &str,
        labels: fmt::Arguments<'_>,
        value: impl Display,
    ) {
        self.line(format_args!("{name}{{{labels}}} {value}"));
    }

    /// The whole text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        if self.0.write_fmt(line).is_ok() {
            self.0.push('\n');
        }
    }
}

struct Labels<'labels>(&'labels [(&'labels str, &'labels str)]);

impl Display for Labels<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_char(',')?;
            }
            write!(formatter, "{name}=\"")?;
            for character in value.chars() {
                match character {
                    '"' => formatter.write_str("\\\"")?,
                    '\\' => formatter.write_str("\\\\")?,
                    '\n' => formatter.write_str("\\n")?,
                    other => formatter.write_char(other)?,
                }
            }
            formatter.write_char('"')?;
        }
        Ok(())
    }
}

/// Counters of one name, one for each set of label values.
#[derive(Debug)]
pub(crate) struct CounterFamily<const LABELS: usize> {
    name: &'static str,
    help: &'static str,
    labels: [&'static str; LABELS],
    series: Mutex<BTreeMap<[String; LABELS], u64>>,
}

impl<const LABELS: usize> CounterFamily<LABELS> {
    pub(crate) fn new(
        name: &'static str,
        help: &'static str,
        labels: [&'static str; LABELS],
    ) -> Self {
        Self {
            name,
            help,
            labels,
            series: Mutex::new(BTreeMap::new()),
        }
    }

    /// Counts `amount` more; a series exists from its first mention on, even of zero.
    pub(crate) fn add(&self, values: [&str; LABELS], amount: u64) {
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        *series.entry(values.map(str::to_owned)).or_default() += amount;
    }

    pub(crate) fn expose(&self, exposition: &mut Exposition) {
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        if series.is_empty() {
            return;
        }
        exposition.family(self.name, self.help, Kind::Counter);
        for (values, count) in &*series {
            let labels: Vec<(&str, &str)> = self
                .labels
                .iter()
                .copied()
                .zip(values.iter().map(String::as_str))
                .collect();
            exposition.sample(self.name, &labels, count);
        }
    }
}

/// The bounds that Prometheus' Go client uses by default, in seconds, as they are printed.
const BOUNDS: [(f64, &str); 11] = [
    (0.005, "0.005"),
    (0.01, "0.01"),
    (0.025, "0.025"),
    (0.05, "0.05"),
    (0.1, "0.1"),
    (0.25, "0.25"),
    (0.5, "0.5"),
    (1.0, "1"),
    (2.5, "2.5"),
    (5.0, "5"),
    (10.0, "10"),
];

/// Histograms of seconds of one name, one for each set of label values.
#[derive(Debug)]
pub(crate) struct HistogramFamily<const LABELS: usize> {
    name: &'static str,
    help: &'static str,
    labels: [&'static str; LABELS],
    series: Mutex<BTreeMap<[String; LABELS], Histogram>>,
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl<const LABELS: usize> HistogramFamily<LABELS> {
    pub(crate) fn new(
        name: &'static str,
        help: &'static str,
        labels: [&'static str; LABELS],
    ) -> Self {
        Self {
            name,
            help,
            labels,
            series: Mutex::new(BTreeMap::new()),
        }
    }

    pub(crate) fn observe(&self, values: [&str; LABELS], took: Duration) {
        let seconds = took.as_secs_f64();
        let mut series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = series.entry(values.map(str::to_owned)).or_default();
        histogram.count += 1;
        histogram.sum += seconds;
        for (bucket, (bound, _)) in histogram.buckets.iter_mut().zip(BOUNDS) {
            if seconds <= bound {
                *bucket += 1;
            }
        }
    }

    pub(crate) fn expose(&self, exposition: &mut Exposition) {
        let series = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        if series.is_empty() {
            return;
        }
        exposition.family(self.name, self.help, Kind::Histogram);
        for (values, histogram) in &*series {
            let mut labels: Vec<(&str, &str)> = self
                .labels
                .iter()
                .copied()
                .zip(values.iter().map(String::as_str))
                .collect();
            let bucket_name = format!("{}_bucket", self.name);
            for (count, (_, bound)) in histogram.buckets.iter().zip(BOUNDS) {
                labels.push(("le", bound));
                exposition.sample(&bucket_name, &labels, count);
                labels.pop();
            }
            labels.push(("le", "+Inf"));
            exposition.sample(&bucket_name, &labels, histogram.count);
            labels.pop();
            exposition.sample(&format!("{}_sum", self.name), &labels, histogram.sum);
            exposition.sample(&format!("{}_count", self.name), &labels, histogram.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_written_in_the_prometheus_text_format() {
        let family = CounterFamily::new("spans_total", "Spans.", ["reason", "tenant"]);
        family.add(["a\"b", "t"], 2);
        family.add(["a\"b", "t"], 3);
        let mut exposition = Exposition::default();
        family.expose(&mut exposition);
        assert_eq!(
            exposition.into_text(),
            "# HELP spans_total Spans.\n# TYPE spans_total counter\nspans_total{reason=\"a\\\"b\",tenant=\"t\"} 5\n"
        );
    }

    #[test]
    fn histogram_buckets_are_cumulative() {
        let family = HistogramFamily::new("took_seconds", "Time.", ["route"]);
        family.observe(["ready"], Duration::from_millis(7));
        family.observe(["ready"], Duration::from_secs(20));
        let mut exposition = Exposition::default();
        family.expose(&mut exposition);
        let text = exposition.into_text();
        assert!(text.contains("took_seconds_bucket{route=\"ready\",le=\"0.005\"} 0\n"));
        assert!(text.contains("took_seconds_bucket{route=\"ready\",le=\"0.01\"} 1\n"));
        assert!(text.contains("took_seconds_bucket{route=\"ready\",le=\"+Inf\"} 2\n"));
        assert!(text.contains("took_seconds_count{route=\"ready\"} 2\n"));
    }
}
