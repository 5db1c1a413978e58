//! Reflection: from records to the prompt, and from the reply to the new text
//! (`gepa/strategies/instruction_proposal.py` of 0.1.4).

use serde::{Deserialize, Serialize};

use super::Map;
use crate::py::{List, Str, Value, text};

/// Where the current text goes in a template.
pub const CURRENT_TEXT: &str = "<curr_param>";
/// Where the records go.
pub const RECORDS: &str = "<side_info>";

const FENCE: &str = "```";
/// Headings of nested values get no deeper than this.
const DEEPEST_HEADING: usize = 6;

/// By component, what the reflection model is shown: records, each an object of named parts. Customary are `Inputs`,
/// `Generated Outputs` and `Feedback`.
#[derive(Clone, Debug, Default)]
pub struct ReflectiveDataset {
    pub records: Vec<(Str, List)>,
}

impl ReflectiveDataset {
    /// The records of a component; `None` if there are none, or no entry.
    #[must_use]
    pub fn get(&self, component: &str) -> Option<&List> {
        self.records.iter().find(|(name, _)| &**name == component).map(|(_, list)| list).filter(|list| !list.is_empty())
    }
}

/// A prompt with places for the current text and the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Str", into = "Str")]
pub struct Template(Str);

/// A template that lacks a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The template lacks {}.", .missing.join(" and "))]
pub struct TemplateError {
    pub missing: Vec<&'static str>,
}

impl Template {
    /// # Errors
    /// [`CURRENT_TEXT`] or [`RECORDS`] does not occur.
    pub fn new(template: impl Into<Str>) -> Result<Self, TemplateError> {
        let template = template.into();
        let missing: Vec<_> = [CURRENT_TEXT, RECORDS].into_iter().filter(|place| !template.contains(place)).collect();
        if missing.is_empty() { Ok(Self(template)) } else { Err(TemplateError { missing }) }
    }

    #[must_use]
    pub fn text(&self) -> &Str {
        &self.0
    }

    /// The prompt. The current text is filled in first: should it hold [`RECORDS`], the records go there too.
    #[must_use]
    pub fn fill(&self, current: &str, records: &str) -> String {
        self.0.replace(CURRENT_TEXT, current).replace(RECORDS, records)
    }
}

impl TryFrom<Str> for Template {
    type Error = TemplateError;
    fn try_from(template: Str) -> Result<Self, TemplateError> {
        Self::new(template)
    }
}

impl From<Template> for Str {
    fn from(template: Template) -> Self {
        template.0
    }
}

/// Our own wording of what the original's built-in template asks for.
impl Default for Template {
    fn default() -> Self {
        Self(DEFAULT_TEMPLATE.into())
    }
}

const DEFAULT_TEMPLATE: &str = "\
An assistant works by this instruction:

```
<curr_param>
```

Here are cases it worked on: what it was given, what it did, and how that was judged.

```
<side_info>
```

Write a better instruction for it.

Find out from the cases what the task is and what the assistant is given, and describe both in detail. Look for every \
fact and rule of the domain in what the assistant did and in how it was judged, and put them into the instruction: the \
assistant may have no other way to know them. If a way of working did well and would do well in other cases, describe it \
too.

Answer with the new instruction between two lines of three backticks.";

/// Which template a component's prompt is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Templates {
    /// For components that have none of their own.
    pub general: Template,
    pub by_component: Map<Str, Template>,
}

impl Templates {
    #[must_use]
    pub fn of(&self, component: &str) -> &Template {
        self.by_component.get(component).unwrap_or(&self.general)
    }
}

/// The records as text: numbered, with headings for their parts. Empty without records.
#[must_use]
pub fn records_text(records: &[Value]) -> String {
    let record_text = |(position, record): (usize, &Value)| {
        let mut out = format!("# Example {}\n", position + 1);
        for (key, value) in record.as_dict().into_iter().flat_map(|record| record.iter()) {
            out.push_str(&format!("## {key}\n"));
            write_value(&mut out, value, 3);
        }
        out
    };
    records.iter().enumerate().map(record_text).collect::<Vec<_>>().join("\n\n")
}

fn write_value(out: &mut String, value: &Value, depth: usize) {
    let hashes = &"######"[..depth.min(DEEPEST_HEADING)];
    match value {
        Value::Dict(dict) if !dict.is_empty() => {
            for (key, item) in dict.iter() {
                out.push_str(&format!("{hashes} {key}\n"));
                write_value(out, item, depth + 1);
            }
        }
        Value::List(list) if !list.is_empty() => {
            for (position, item) in list.iter().enumerate() {
                out.push_str(&format!("{hashes} Item {}\n", position + 1));
                write_value(out, item, depth + 1);
            }
        }
        Value::Dict(_) | Value::List(_) => out.push('\n'),
        leaf => {
            out.push_str(text::strip(&text::str_of(leaf)));
            out.push_str("\n\n");
        }
    }
}

/// The new text in a reflection model's reply. Never fails: a reply without a block is taken whole, and an empty block
/// gives an empty text.
#[must_use]
pub fn new_text(reply: &str) -> &str {
    block(text::strip(reply))
}

/// The text between the first and the last fence, without a language tag; of a reply with one fence at its start or end,
/// what is beside it; else the reply itself.
#[must_use]
pub fn block(reply: &str) -> &str {
    let first = reply.find(FENCE).map(|at| at + FENCE.len());
    if let (Some(start), Some(end)) = (first, reply.rfind(FENCE))
        && start < end
    {
        let content = &reply[start..end];
        let tag = after_word(content);
        return text::strip(tag.strip_prefix('\n').unwrap_or(content));
    }
    let stripped = text::strip(reply);
    if stripped.starts_with(FENCE) {
        // With blanks before the fence the original takes the reply as it is.
        return reply.strip_prefix(FENCE).map_or(stripped, |rest| {
            let rest = after_word(rest);
            text::strip(rest.strip_prefix('\n').unwrap_or(rest))
        });
    }
    stripped.strip_suffix(FENCE).map_or(stripped, text::strip)
}

/// What follows the characters at the start that are no blanks.
fn after_word(content: &str) -> &str {
    content.trim_start_matches(|c| !text::is_space(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::py::json::loads;

    #[track_caller]
    fn check(reply: &str, expect: &str) {
        assert_eq!(new_text(reply), expect);
    }

    #[test]
    fn a_reply_is_read_however_it_is_fenced() {
        check("Sure:\n```\nBe kind.\n```\nDone.", "Be kind.");
        check("```markdown\nBe kind.\n```", "Be kind.");
        check("```Answer: yes\nmore\n```", "Answer: yes\nmore");
        check("  Be kind. \n", "Be kind.");
        check("```text\nnever closed", "never closed");
        check("never opened\n```", "never opened");
        check("words\n```\nnever closed", "words\n```\nnever closed");
        check("```a\nb\n```\nc\n```d\ne\n```", "b\n```\nc\n```d\ne");
        check("``````", "");
        check("````", "");
        check("", "");
        check("```\u{1f}tag\nkept\n```", "tag\nkept");
        assert_eq!(block(" ```"), "```");
    }

    #[test]
    fn records_have_headings_by_depth() {
        let records = loads(r#"[{"Inputs": {"a": [1, {"b": []}]}, "Feedback": " x "}, {"n": null}]"#).unwrap();
        let expected = "# Example 1\n## Inputs\n### a\n#### Item 1\n1\n\n#### Item 2\n##### b\n\n## Feedback\nx\n\n\n\n\
                        # Example 2\n## n\nNone\n\n";
        assert_eq!(records_text(records.as_list().unwrap()), expected);
        assert_eq!(records_text(&[]), "");
    }

    #[test]
    fn a_template_needs_both_places() {
        assert!(Template::new(DEFAULT_TEMPLATE).is_ok());
        let error = Template::new("only <side_info>").unwrap_err();
        assert_eq!(error.to_string(), "The template lacks <curr_param>.");
        let template = Template::new("<curr_param>|<side_info>").unwrap();
        assert_eq!(template.fill("see <side_info>", "R <curr_param>"), "see R <curr_param>|R <curr_param>");
    }
}
