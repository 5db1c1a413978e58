//! Token counts and costs as the hosts report them.

use serde_json::Value;

use crate::chat::Usage;

/// xAI counts money in ticks of 10⁻¹⁰ US dollars.
const TICKS_PER_USD: f64 = 1e10;

/// Reads a `usage` object into disjoint parts. Zeros throughout mean that nothing was counted.
#[must_use]
pub fn decode_usage(usage: &Value) -> Usage {
    let count = |path: &[&str]| path.iter().try_fold(usage, |value, key| value.get(key)).and_then(number);
    let prompt = count(&["prompt_tokens"]);
    let completion = count(&["completion_tokens"]);
    if prompt.unwrap_or(0) == 0 && completion.unwrap_or(0) == 0 {
        return Usage::default();
    }
    let cache_read = count(&["prompt_tokens_details", "cached_tokens"]).or_else(|| count(&["prompt_cache_hit_tokens"]));
    let cache_write = count(&["prompt_tokens_details", "cache_write_tokens"]);
    let reasoning = count(&["completion_tokens_details", "reasoning_tokens"]);
    let cached = cache_read.unwrap_or(0) + cache_write.unwrap_or(0);
    // Cached tokens are part of the prompt, except at xAI, where they may exceed it and then stand beside it.
    let input_uncached = prompt.map(|prompt| prompt.checked_sub(cached).unwrap_or(prompt));
    // Reasoning is part of the completion, except at xAI: there it is added to the total on its own.
    let apart = match (count(&["total_tokens"]), prompt, completion, reasoning) {
        (Some(total), Some(prompt), Some(completion), Some(reasoning)) if reasoning > 0 => {
            total == prompt + completion + reasoning || reasoning > completion
        }
        _ => false,
    };
    let output_visible =
        completion.map(|completion| if apart { completion } else { completion.saturating_sub(reasoning.unwrap_or(0)) });
    Usage { input_uncached, cache_read, cache_write, output_visible, reasoning }
}

/// What the call cost in US dollars, where the host says so.
#[must_use]
pub fn decode_cost(usage: &Value) -> Option<f64> {
    let ticks = || Some(usage.get("cost_in_usd_ticks")?.as_f64()? / TICKS_PER_USD);
    usage.get("cost").and_then(Value::as_f64).or_else(ticks)
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().filter(|count| *count >= 0.0).map(|count| count as u64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(usage: Value, expect: [Option<u64>; 5]) {
        let [input_uncached, cache_read, cache_write, output_visible, reasoning] = expect;
        assert_eq!(decode_usage(&usage), Usage { input_uncached, cache_read, cache_write, output_visible, reasoning });
    }

    #[test]
    fn parts_are_disjoint_and_unknown_is_not_zero() {
        check(json!({"prompt_tokens": 10, "completion_tokens": 4}), [Some(10), None, None, Some(4), None]);
        check(
            json!({"prompt_tokens": 10, "completion_tokens": 9, "total_tokens": 19,
                   "prompt_tokens_details": {"cached_tokens": 6, "cache_write_tokens": 1},
                   "completion_tokens_details": {"reasoning_tokens": 5}}),
            [Some(3), Some(6), Some(1), Some(4), Some(5)],
        );
        check(
            json!({"prompt_tokens": 10, "completion_tokens": 4, "prompt_cache_hit_tokens": 8}),
            [Some(2), Some(8), None, Some(4), None],
        );
        check(json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}), [None; 5]);
        check(json!({}), [None; 5]);
        check(json!(null), [None; 5]);
    }

    #[test]
    fn at_xai_reasoning_and_cache_stand_beside_the_rest() {
        check(
            json!({"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 34,
                   "prompt_tokens_details": {"cached_tokens": 12}, "completion_tokens_details": {"reasoning_tokens": 20}}),
            [Some(10), Some(12), None, Some(4), Some(20)],
        );
    }

    #[test]
    fn costs_come_in_dollars_or_ticks() {
        assert_eq!(decode_cost(&json!({"cost": 0.00012})), Some(0.00012));
        assert_eq!(decode_cost(&json!({"cost_in_usd_ticks": 37_756_000})), Some(0.0037756));
        assert_eq!(decode_cost(&json!({"prompt_tokens": 1})), None);
    }
}
