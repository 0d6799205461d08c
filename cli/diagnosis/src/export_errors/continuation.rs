//! Later lines of a record that began before them: stack frames, causes, indented text.

/// How lines begin that are printed after the message of a record.
const STARTS: [&str; 10] = [
    "Caused by: ",
    "Suppressed: ",
    "... ",
    "goroutine ",
    "}. Err: ",
    "Traceback (most recent call last):",
    "During handling of the above exception",
    "The above exception was the direct cause",
    "stack backtrace:",
    " ---> ",
];

/// Whether a line continues the record before it. Such a line proves nothing unless it says so itself.
pub fn is_continuation(line: &str) -> bool {
    let text = line.trim_end();
    if text.starts_with([' ', '\t']) && !text.trim_start().is_empty() {
        return true;
    }
    STARTS.iter().any(|start| text.starts_with(start))
        || matches!(text, "}" | "]" | "})" | "},")
        || is_php_frame(text)
        || names_exception(text)
}

/// `#12 /app/vendor/x.php(64): …`, `#13 {main}`.
fn is_php_frame(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        (1..=3).contains(&digits) && rest[digits..].starts_with(' ')
    })
}

/// The last line of a Python traceback, or the first of a Java one: `package.module.Error: words`.
fn names_exception(text: &str) -> bool {
    let Some((class, _)) = text.split_once(':') else {
        return false;
    };
    let dotted = class.split('.').count() > 1
        && class
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'));
    dotted
        && ["Error", "Exception", "Timeout"]
            .iter()
            .any(|end| class.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::is_continuation;

    #[test]
    fn stack_frames_and_causes_continue_a_record() {
        for line in [
            "    at Object.onReceiveStatus (/app/x.js:1:2)",
            "\tat java.base/java.lang.Thread.run(Thread.java:1)",
            "Caused by: java.net.ConnectException: Connection refused",
            "requests.exceptions.ConnectionError: HTTPConnectionPool(host='a', port=1)",
        ] {
            assert!(is_continuation(line), "{line}");
        }
        for line in ["", "Error: no", "2025-01-01 ERROR x", "10.0.0.1: gone"] {
            assert!(!is_continuation(line), "{line}");
        }
    }
}
