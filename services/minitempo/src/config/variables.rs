//! `${NAME}` in a configuration file.

/// Replaces every `${NAME}`; a variable that is not set and has no default becomes nothing, as in Tempo.
pub(super) fn expand(text: &str, value_of: impl Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((inner, after)) = after.split_once('}') else {
            expanded.push_str("${");
            rest = after;
            continue;
        };
        let (name, default) = inner.split_once(':').unwrap_or((inner, ""));
        let value = value_of(name).filter(|value| !value.is_empty());
        expanded.push_str(value.as_deref().unwrap_or(default.trim_start_matches('-')));
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn variables_are_replaced_by_their_values_or_defaults() {
        let value_of = |name: &str| (name == "PORT").then(|| "4317".to_owned());
        assert_eq!(
            expand("a: ${PORT}\nb: ${OTHER:-x}\nc: ${GONE} $d ${", value_of),
            "a: 4317\nb: x\nc:  $d ${"
        );
    }
}
