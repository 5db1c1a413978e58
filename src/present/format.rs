//! Quantities as text: short, aligned when set in tabular figures, the same everywhere.

/// A size in SI units with at most one decimal: `940 B`, `19.3 kB`, `1.8 MB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    // Rounded half up in integers: no float decides what is shown.
    let rounded = |divisor: u128| (u128::from(count) + divisor / 2) / divisor;
    let mut unit: u128 = 1000;
    let mut name = 0;
    // From 999.5 on a size would read as 1000 of its unit.
    while rounded(unit) >= 1000 && name + 1 < UNITS.len() {
        unit *= 1000;
        name += 1;
    }
    let tenths = rounded(unit / 10);
    if tenths >= 1000 || tenths % 10 == 0 {
        format!("{} {}", rounded(unit), UNITS[name])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[name])
    }
}

/// A count with separated thousands: `12,345`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 task`, `115 tasks`.
#[must_use]
pub fn counted(number: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(number), if number == 1 { singular } else { plural })
}

/// A duration: `0.4 ms`, `87 ms`, `3.2 s`, `2 min 05 s`, `1 h 02 min`. Not a number and negative times are `–`.
#[must_use]
pub fn duration_ms(ms: f64) -> String {
    if !ms.is_finite() || ms < 0.0 {
        return "–".to_owned();
    }
    if ms < 9.95 {
        return format!("{ms:.1} ms");
    }
    if ms < 999.5 {
        return format!("{ms:.0} ms");
    }
    if ms < 59_950.0 {
        return format!("{:.1} s", ms / 1000.0);
    }
    let seconds = (ms / 1000.0).round();
    let (minutes, seconds) = ((seconds / 60.0).floor(), seconds % 60.0);
    if minutes < 60.0 {
        return format!("{minutes:.0} min {seconds:02.0} s");
    }
    format!("{:.0} h {:02.0} min", (minutes / 60.0).floor(), minutes % 60.0)
}

/// A moment of the user's own calendar and clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub year: u32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
}

/// When something was, as short as can be told apart today: `14:05`, `3 Nov 14:05`, `3 Nov 2025`.
#[must_use]
pub fn moment(then: Moment, today: Moment) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get((then.month as usize).wrapping_sub(1)).copied().unwrap_or("?");
    let Moment { year, day, hour, minute, .. } = then;
    if year != today.year {
        format!("{day} {month} {year}")
    } else if (then.month, day) != (today.month, today.day) {
        format!("{day} {month} {hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}")
    }
}

/// The share of `part` in `whole` as a whole percentage; `whole` = 0 is `0 %`. Only what is complete is `100 %`.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 { 0 } else { u128::from(part) * 100 / u128::from(whole) };
    format!("{share} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (19_326, "19.3 kB"),
            (99_949, "99.9 kB"),
            (99_950, "100 kB"),
            (322_932, "323 kB"),
            (999_499, "999 kB"),
            (999_500, "1 MB"),
            (1_810_945, "1.8 MB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(bytes(count), text, "{count}");
        }
    }

    #[test]
    fn counts() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(12_345_678), "12,345,678");
        assert_eq!(counted(1, "task", "tasks"), "1 task");
        assert_eq!(counted(115, "task", "tasks"), "115 tasks");
    }

    #[test]
    fn durations() {
        for (ms, text) in [
            (0.0, "0.0 ms"),
            (0.42, "0.4 ms"),
            (87.4, "87 ms"),
            (999.4, "999 ms"),
            (999.6, "1.0 s"),
            (3_210.0, "3.2 s"),
            (59_990.0, "1 min 00 s"),
            (125_000.0, "2 min 05 s"),
            (3_720_000.0, "1 h 02 min"),
            (f64::NAN, "–"),
            (-1.0, "–"),
        ] {
            assert_eq!(duration_ms(ms), text, "{ms}");
        }
    }

    #[test]
    fn moments_are_as_short_as_they_can_be() {
        let today = Moment { year: 2026, month: 11, day: 21, hour: 9, minute: 0 };
        assert_eq!(moment(Moment { hour: 7, minute: 5, ..today }, today), "07:05");
        assert_eq!(moment(Moment { day: 3, ..today }, today), "3 Nov 09:00");
        assert_eq!(moment(Moment { month: 1, ..today }, today), "21 Jan 09:00");
        assert_eq!(moment(Moment { year: 2025, ..today }, today), "21 Nov 2025");
    }

    #[test]
    fn only_what_is_complete_is_a_hundred_percent() {
        assert_eq!(percent(999, 1000), "99 %");
        assert_eq!(percent(1000, 1000), "100 %");
        assert_eq!(percent(0, 0), "0 %");
    }
}
