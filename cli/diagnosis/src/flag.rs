//! Flags of a command line, as programs written in Go take them.

/// The value of a flag where it is first given: `-name value`, `-name=value`, and both with two dashes.
pub fn value<'c>(command: &'c [String], name: &'c str) -> Option<&'c str> {
    values(command, name).next()
}

/// Every value of a flag, in the order of the command.
pub fn values<'c>(command: &'c [String], name: &'c str) -> impl Iterator<Item = &'c str> {
    command.iter().enumerate().filter_map(move |(at, word)| {
        let flag = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
        match flag.strip_prefix(name)? {
            "" => command.get(at + 1).map(String::as_str),
            value => value.strip_prefix('='),
        }
    })
}

/// Whether Tempo and its kin replace `${NAME}` in their configuration, by their command.
pub fn expands_variables(command: &[String]) -> bool {
    command
        .iter()
        .map(|word| word.trim_start_matches('-'))
        .any(|word| matches!(word, "config.expand-env" | "config.expand-env=true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_found_in_every_form_and_not_as_the_beginning_of_another() {
        let path = |words: &[&str]| {
            let command: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            value(&command, "config.file").map(str::to_owned)
        };
        assert_eq!(
            path(&["/tempo", "-config.file=/etc/tempo.yaml"]).as_deref(),
            Some("/etc/tempo.yaml")
        );
        assert_eq!(
            path(&["/tempo", "--config.file", "/a"]).as_deref(),
            Some("/a")
        );
        assert_eq!(path(&["/tempo", "-config.file.other=/a"]), None);
        assert_eq!(path(&["/tempo", "-target=all"]), None);
    }
}
