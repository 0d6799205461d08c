//! What Compose and container runtimes put in front of each line.

/// The line without it.
pub(super) fn strip(text: &str) -> &str {
    without_times(without_compose_prefix(without_times(text)))
}

/// Compose puts `service-1  | ` in front of each line when its output is piped.
fn without_compose_prefix(text: &str) -> &str {
    let Some((name, rest)) = text.split_once('|') else {
        return text;
    };
    let name = name.trim();
    let is_name = !name.is_empty()
        && name.len() <= 128
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if is_name && (rest.is_empty() || rest.starts_with(' ')) {
        rest.get(1..).unwrap_or(rest)
    } else {
        text
    }
}

/// What container runtimes put in front of each line: `docker logs --timestamps` a time with nanoseconds, CRI the
/// stream and whether the line is whole behind it.
fn without_times(text: &str) -> &str {
    const DATE: usize = "2006-01-02T15:04:05.".len();
    let Some((stamp, rest)) = text.split_once(' ') else {
        return text;
    };
    let fraction = stamp.get(DATE..).unwrap_or_default();
    let is_stamp = stamp.as_bytes().get(10) == Some(&b'T')
        && fraction.bytes().take_while(u8::is_ascii_digit).count() >= 6
        && stamp
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"-:.TZ+".contains(&byte));
    if !is_stamp {
        return text;
    }
    let stream = ["stdout ", "stderr "]
        .iter()
        .find_map(|stream| rest.strip_prefix(stream));
    match stream.and_then(|rest| rest.strip_prefix(['F', 'P'])) {
        Some(rest) => rest.strip_prefix(' ').unwrap_or(rest),
        // A program that writes such times itself is read the same without them.
        None => rest,
    }
}
