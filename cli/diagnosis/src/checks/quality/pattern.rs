//! What names that differ in an id alone have in common.

use std::collections::BTreeMap;

use crate::{check::Report, finding::Remedy, view::SeenTrace};

/// So many names that differ in an id alone are no chance.
const ENOUGH: usize = 3;

/// Names by what they have in common, each with a trace where it stands.
#[derive(Default)]
pub(super) struct Alike<'t, 's>(BTreeMap<String, BTreeMap<&'t str, &'t SeenTrace<'s>>>);

impl<'t, 's> Alike<'t, 's> {
    /// Adds a name with its pattern.
    pub(super) fn add(&mut self, pattern: String, name: &'t str, seen: &'t SeenTrace<'s>) {
        self.0.entry(pattern).or_default().insert(name, seen);
    }

    /// The report of the pattern that most names have, where they are no chance: by `message` of their number and the
    /// pattern, and `remedy` of the pattern.
    pub(super) fn report(
        self,
        message: impl FnOnce(usize, &str) -> String,
        remedy: impl FnOnce(&str) -> String,
    ) -> Option<Report> {
        let (pattern, names) = self.0.into_iter().max_by_key(|(_, names)| names.len())?;
        if names.len() < ENOUGH {
            return None;
        }
        let command = names.values().next()?.command();
        let mut proofs = names
            .iter()
            .map(|(name, seen)| seen.evidence(format!("`{name}`")));
        let report = Report::new(
            message(names.len(), &pattern),
            proofs.next()?,
            Remedy::edit(remedy(&pattern)).then(Some(command)),
        );
        Some(report.proof(proofs.take(2)))
    }
}

/// A name with `{id}` in the place of each id; `None` where it has none.
pub(super) fn without_ids(name: &str) -> Option<String> {
    let is_part = |character: char| character.is_alphanumeric() || "-_@.".contains(character);
    let mut pattern = String::new();
    let mut has_id = false;
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let length = match rest.find(|character| !is_part(character)) {
            Some(0) => first.len_utf8(),
            Some(end) => end,
            None => rest.len(),
        };
        let (part, after) = rest.split_at(length);
        if is_id(part) {
            has_id = true;
            pattern.push_str("{id}");
        } else {
            pattern.push_str(part);
        }
        rest = after;
    }
    has_id.then_some(pattern)
}

/// Numbers of three digits and more, UUIDs, hexadecimal digits, addresses of people.
fn is_id(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let is_number = part.len() >= 3 && digits == part.len();
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups: Vec<&str> = part.split('-').collect();
    let is_uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| is_hex(group));
    let is_hash = part.len() >= 12 && digits >= 3 && is_hex(part);
    let is_address = part
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    is_number || is_uuid || is_hash || is_address
}

#[cfg(test)]
mod tests {
    use super::without_ids;

    #[test]
    fn ids_of_every_form_are_left_out_of_a_name_and_words_stay() {
        for (name, pattern) in [
            ("GET /users/4711/cart", Some("GET /users/{id}/cart")),
            (
                "GET /o/53cae5d2-96dc-4b35-81a3-b8f782982226",
                Some("GET /o/{id}"),
            ),
            ("load 9f86d081884c7d659a2f", Some("load {id}")),
            ("mail to ann@example.com", Some("mail to {id}")),
            ("GET /api/v2/users/{id}", None),
            ("HTTP/1.1 GET", None),
            ("SELECT shop.orders", None),
            ("step 12", None),
            ("deadbeef", None),
        ] {
            assert_eq!(without_ids(name).as_deref(), pattern, "{name}");
        }
    }
}
