//! Pictures of letters: how full a disk is, what came on each day, which tenant has how much.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use ptctl_diagnosis::snapshot::{BlockStore, VolumeUsage};

use super::{counted, size};
use crate::render::page::{Glyphs, Page, Tone};

/// A bar is never wider.
const WIDEST: usize = 48;
/// So many days are drawn.
const DAYS: i64 = 14;
/// So many tenants are drawn.
const TENANTS: usize = 10;
/// In front of every line.
const INDENT: &str = "             ";
/// The widest size, with a blank: ` 1023.9 MiB`.
const SIZE: usize = 11;

/// The letters of a bar.
#[derive(Debug, Clone, Copy)]
struct Letters {
    own: &'static str,
    others: &'static str,
    free: &'static str,
}

fn letters(page: &Page) -> Letters {
    match page.glyphs() {
        Glyphs::Unicode => Letters {
            own: "█",
            others: "▒",
            free: "░",
        },
        Glyphs::Ascii => Letters {
            own: "#",
            others: "=",
            free: ".",
        },
    }
}

/// A disk: this volume, all else on it, what is free.
pub(super) fn disk(page: &mut Page, volume: &VolumeUsage) {
    let (Some(free), Some(disk)) = (volume.free_bytes, volume.disk_bytes) else {
        return;
    };
    if disk == 0 {
        return;
    }
    let letters = letters(page);
    let width = page.room_beside(INDENT.len()).min(WIDEST);
    let used = disk.saturating_sub(free);
    let own = volume.used_bytes.unwrap_or(0).min(used);
    // What is there is seen, however little.
    let own_columns = columns(own, disk, width).max(usize::from(own > 0));
    let used_columns = columns(used, disk, width).max(own_columns);
    let bar = [
        letters.own.repeat(own_columns),
        letters.others.repeat(used_columns - own_columns),
        letters.free.repeat(width - used_columns),
    ]
    .concat();
    page.verbatim(INDENT, Tone::Plain, &bar);
    let legend = format!(
        "{} this volume, {} other, {} free",
        letters.own, letters.others, letters.free
    );
    page.entry(INDENT, Tone::Plain, &legend);
}

/// What live blocks hold of each of the last days.
pub(super) fn days(page: &mut Page, store: &BlockStore, now: Timestamp) {
    let today = TimeZone::UTC.to_datetime(now).date();
    let Some(first) = store.days.first().map(|first| first.day) else {
        return;
    };
    let shown: Vec<(Date, u64)> = (0..DAYS)
        .rev()
        .filter_map(|ago| today.checked_sub(jiff::Span::new().days(ago)).ok())
        .filter(|day| *day >= first)
        .map(|day| {
            let of = store.days.iter().find(|of| of.day == day);
            (day, of.map_or(0, |of| of.bytes))
        })
        .collect();
    let Some(most) = shown
        .iter()
        .map(|(_, bytes)| *bytes)
        .max()
        .filter(|most| *most > 0)
    else {
        return;
    };
    let letters = letters(page);
    let width = page
        .room_beside(INDENT.len())
        .saturating_sub("11-22 ".len() + SIZE)
        .min(WIDEST);
    for (at, (day, bytes)) in shown.iter().enumerate() {
        let label = if at == 0 { "  days (UTC) " } else { INDENT };
        let columns = columns(*bytes, most, width).max(usize::from(*bytes > 0));
        let line = format!(
            "{} {}{} {}",
            day.strftime("%m-%d"),
            letters.own.repeat(columns),
            " ".repeat(width - columns),
            size(*bytes)
        );
        page.verbatim(label, Tone::Plain, line.trim_end());
    }
}

/// The tenants, the largest first, where there is more than one.
pub(super) fn tenants(page: &mut Page, store: &BlockStore) {
    if store.tenants_in_all < 2 {
        return;
    }
    let whole = store.live.bytes.max(1);
    let rows: Vec<_> = store
        .tenants
        .iter()
        .take(TENANTS)
        .map(|tenant| {
            let percent = u128::from(tenant.live.bytes) * 100 / u128::from(whole);
            [
                (tenant.name.clone(), Tone::Strong),
                (size(tenant.live.bytes), Tone::Plain),
                (format!("{percent} %"), Tone::Plain),
                (counted(tenant.live.blocks, "block"), Tone::Plain),
            ]
        })
        .collect();
    page.blank();
    page.table(["tenant", "live", "of all", "in"], &rows);
    let left_out = store
        .tenants_in_all
        .saturating_sub(u64::try_from(rows.len()).unwrap_or(0));
    if left_out > 0 {
        let text = format!("and {} more", counted(left_out, "tenant"));
        page.entry("  ", Tone::Faint, &text);
    }
}

/// The columns of `width` that a part of a whole fills, rounded.
fn columns(part: u64, whole: u64, width: usize) -> usize {
    let wide = u128::from(part) * 2 * width as u128 / u128::from(whole.max(1));
    usize::try_from(wide.div_ceil(2).min(width as u128)).unwrap_or(width)
}
