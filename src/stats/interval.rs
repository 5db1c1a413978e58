//! How sure a share of successes is.

/// The 97.5 % point of the normal distribution: intervals are of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Where a share lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// The Wilson score interval of `won` successes in `trials` independent trials (Wilson 1927); `None` without a trial.
///
/// Unlike the textbook interval it is sensible for few trials and for shares of 0 and 1.
#[must_use]
pub fn wilson(won: usize, trials: usize) -> Option<Interval> {
    wilson_mean(won.min(trials) as f64 / trials.max(1) as f64, trials)
}

/// The same for a mean of scores from 0 to 1, which need not be one or the other: at the same mean they spread at most
/// as far as successes and failures do, so the interval is rather too wide than too narrow.
#[must_use]
pub fn wilson_mean(mean: f64, trials: usize) -> Option<Interval> {
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let share = mean.clamp(0.0, 1.0);
    let spread = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / spread;
    let half = Z / spread * libm::sqrt(share * (1.0 - share) / n + Z * Z / (4.0 * n * n));
    Some(Interval { low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(won: usize, trials: usize, low: f64, high: f64) {
        let interval = wilson(won, trials).unwrap();
        assert!((interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5, "{interval:?}");
    }

    #[test]
    fn published_values() {
        // Newcombe 1998, table I.
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
    }

    #[test]
    fn without_a_trial_nothing_is_known() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson_mean(0.5, 0), None);
    }

    #[test]
    fn means_are_shares() {
        assert_eq!(wilson_mean(0.25, 8), wilson(2, 8));
        assert_eq!(wilson_mean(1.5, 8), wilson(8, 8));
    }
}
