//! The grammar: statements of a module, and values.

use super::scan::{BYTE_ORDER_MARK, Scanner};
use super::{Assignment, Call, Literal, LiteralError, LiteralKind, MAX_BYTES, MAX_DEPTH, Module};
use crate::py::{Str, Value};

const STATEMENT: &str = "an import or an assignment `NAME = value`";

/// Words that begin or join other statements of Python; named so that the error points at the word itself.
const KEYWORDS: [&str; 22] = [
    "and", "as", "assert", "async", "await", "class", "def", "del", "elif", "else", "for", "global", "if", "in", "is",
    "lambda", "not", "or", "raise", "return", "try", "while",
];

type Read<T> = Result<T, LiteralError>;

pub(super) fn module(source: &str) -> Read<Module> {
    let mut reader = Reader { scan: Scanner { source, at: 0, brackets: 0 }, depth: 0 };
    if source.len() > MAX_BYTES {
        let error = reader.scan.error_at(0, format!("at most {MAX_BYTES} bytes"), format!("{}", source.len()));
        return Err(error);
    }
    let mut assignments = Vec::new();
    if source.starts_with(BYTE_ORDER_MARK) {
        reader.scan.at += BYTE_ORDER_MARK.len_utf8();
    }
    loop {
        let line_start = reader.scan.at;
        reader.scan.skip_blanks();
        if reader.scan.eat_line_end() {
            continue;
        }
        if reader.scan.peek().is_none() {
            return Ok(Module { assignments });
        }
        if reader.scan.at != line_start {
            return Err(reader.scan.error_at(line_start, "a statement at the start of its line", "indentation"));
        }
        if let Some(assignment) = reader.statement()? {
            assignments.push(assignment);
        }
        reader.scan.skip_blanks();
        if reader.scan.peek().is_some() && !reader.scan.eat_line_end() {
            return Err(reader.scan.error("the end of the statement"));
        }
    }
}

struct Reader<'a> {
    scan: Scanner<'a>,
    /// Values around the one being read.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn statement(&mut self) -> Read<Option<Assignment>> {
        if self.scan.at_string() {
            self.strings()?;
            return Ok(None);
        }
        let start = self.scan.at;
        let Some(name) = self.scan.name() else { return Err(self.scan.error(STATEMENT)) };
        match name {
            "import" => self.import().map(|()| None),
            "from" => self.import_from().map(|()| None),
            _ if KEYWORDS.contains(&name) => Err(self.scan.error_at(start, STATEMENT, format!("`{name}`"))),
            _ => self.assignment(name).map(Some),
        }
    }

    /// `a.b as c, d` after `import`.
    fn import(&mut self) -> Read<()> {
        loop {
            self.dotted_name()?;
            self.alias()?;
            if !self.symbol(",") {
                return Ok(());
            }
        }
    }

    /// `.a.b import c as d, e`, with or without parentheses, or `import *`, after `from`.
    fn import_from(&mut self) -> Read<()> {
        let mut relative = false;
        while self.symbol(".") {
            relative = true;
        }
        self.scan.skip_blanks();
        let start = self.scan.at;
        // In `from . import a` the keyword follows the dots at once.
        if !relative || self.scan.name() != Some("import") {
            self.scan.at = start;
            self.dotted_name()?;
            self.scan.skip_blanks();
            let keyword = self.scan.at;
            if self.scan.name() != Some("import") {
                self.scan.at = keyword;
                return Err(self.scan.error("`import`"));
            }
        }
        if self.symbol("*") {
            return Ok(());
        }
        if !self.open("(") {
            return self.imported_names(None);
        }
        self.imported_names(Some(")"))
    }

    fn imported_names(&mut self, close: Option<&str>) -> Read<()> {
        loop {
            self.plain_name()?;
            self.alias()?;
            let more = self.symbol(",");
            match close {
                None if more => {}
                None => return Ok(()),
                Some(close) => {
                    if self.close(close) {
                        return Ok(());
                    }
                    if !more {
                        return Err(self.scan.error("`,` or `)`"));
                    }
                }
            }
        }
    }

    fn alias(&mut self) -> Read<()> {
        self.scan.skip_blanks();
        let start = self.scan.at;
        if self.scan.name() == Some("as") {
            return self.plain_name().map(|_| ());
        }
        self.scan.at = start;
        Ok(())
    }

    /// `a.b.c`; gives the last part.
    fn dotted_name(&mut self) -> Read<&'a str> {
        loop {
            let name = self.plain_name()?;
            if !self.symbol(".") {
                return Ok(name);
            }
        }
    }

    fn plain_name(&mut self) -> Read<&'a str> {
        self.scan.skip_blanks();
        self.scan.name().ok_or_else(|| self.scan.error("a name"))
    }

    fn assignment(&mut self, name: &str) -> Read<Assignment> {
        let annotated = self.symbol(":");
        if annotated {
            self.annotation()?;
        }
        if !self.symbol("=") {
            return Err(self.scan.error(if annotated { "`=`" } else { "`=` or `: annotation =`" }));
        }
        Ok(Assignment { name: name.to_owned(), value: self.value()? })
    }

    /// A type such as `List[Task]` or `"list[Task] | None"`; only its shape is looked at.
    fn annotation(&mut self) -> Read<()> {
        loop {
            self.scan.skip_blanks();
            if self.scan.at_string() {
                self.strings()?;
            } else {
                self.dotted_name()?;
            }
            if self.open("[") {
                loop {
                    self.annotation_in_brackets()?;
                    let more = self.symbol(",");
                    if self.close("]") {
                        break;
                    }
                    if !more {
                        return Err(self.scan.error("`,` or `]`"));
                    }
                }
            }
            if !self.symbol("|") {
                return Ok(());
            }
        }
    }

    fn annotation_in_brackets(&mut self) -> Read<()> {
        self.deeper()?;
        self.annotation()?;
        self.depth -= 1;
        Ok(())
    }

    fn value(&mut self) -> Read<Literal> {
        self.scan.skip_blanks();
        self.deeper()?;
        let offset = self.scan.at;
        let kind = match self.scan.peek() {
            Some('[') => self.list()?,
            Some('{') => self.dict()?,
            Some('(') => self.parenthesised()?,
            Some('-' | '+') => LiteralKind::Plain(self.signed_number()?),
            Some('0'..='9' | '.') => LiteralKind::Plain(self.scan.number()?),
            _ if self.scan.at_string() => LiteralKind::Plain(Value::Str(self.strings()?)),
            _ => self.word()?,
        };
        self.depth -= 1;
        Ok(Literal { offset, kind })
    }

    fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.scan.error_at(
                self.scan.at,
                format!("at most {MAX_DEPTH} levels of nesting"),
                "a deeper one",
            ));
        }
        Ok(())
    }

    fn list(&mut self) -> Read<LiteralKind> {
        self.open("[");
        let mut items = Vec::new();
        while !self.close("]") {
            items.push(self.value()?);
            self.comma_before("]", "`,` or `]`")?;
        }
        Ok(LiteralKind::List(items))
    }

    fn dict(&mut self) -> Read<LiteralKind> {
        self.open("{");
        let mut entries: Vec<(Str, Literal)> = Vec::new();
        while !self.close("}") {
            self.scan.skip_blanks();
            let start = self.scan.at;
            let LiteralKind::Plain(Value::Str(key)) = self.value()?.kind else {
                return Err(self.scan.error_at(start, "a text as key", "another value"));
            };
            if !self.symbol(":") {
                return Err(self.scan.error("`:`"));
            }
            entries.push((key, self.value()?));
            self.comma_before("}", "`,` or `}`")?;
        }
        Ok(LiteralKind::Dict(entries))
    }

    fn parenthesised(&mut self) -> Read<LiteralKind> {
        let start = self.scan.at;
        self.open("(");
        if self.close(")") {
            return Err(self.scan.error_at(start, "a value", "an empty tuple"));
        }
        let inner = self.value()?;
        if self.close(")") {
            return Ok(inner.kind);
        }
        if self.symbol(",") {
            return Err(self.scan.error_at(start, "a value", "a tuple"));
        }
        Err(self.scan.error("`)`"))
    }

    /// `None`, `True`, `False` or a call.
    fn word(&mut self) -> Read<LiteralKind> {
        let start = self.scan.at;
        let Some(first) = self.scan.name() else { return Err(self.scan.error("a value")) };
        match first {
            "None" => return Ok(LiteralKind::Plain(Value::None)),
            "True" => return Ok(LiteralKind::Plain(Value::Bool(true))),
            "False" => return Ok(LiteralKind::Plain(Value::Bool(false))),
            _ => {}
        }
        self.scan.at = start;
        let name = self.dotted_name()?;
        if !self.open("(") {
            self.scan.at = start;
            return Err(self.scan.error("a value"));
        }
        let mut arguments: Vec<(String, Literal)> = Vec::new();
        while !self.close(")") {
            self.scan.skip_blanks();
            let start = self.scan.at;
            let argument = self.scan.name().unwrap_or_default();
            if argument.is_empty() || !self.symbol("=") {
                self.scan.at = start;
                return Err(self.scan.error("an argument `name=value`"));
            }
            if arguments.iter().any(|(own, _)| own == argument) {
                return Err(self.scan.error_at(start, "each argument once", format!("`{argument}` again")));
            }
            arguments.push((argument.to_owned(), self.value()?));
            self.comma_before(")", "`,` or `)`")?;
        }
        Ok(LiteralKind::Call(Call { name: name.to_owned(), arguments }))
    }

    fn signed_number(&mut self) -> Read<Value> {
        let negative = self.scan.peek() == Some('-');
        self.scan.at += 1;
        self.scan.skip_blanks();
        if !matches!(self.scan.peek(), Some('0'..='9' | '.')) {
            return Err(self.scan.error("a number"));
        }
        let value = self.scan.number()?;
        Ok(match value {
            Value::Float(value) if negative => Value::Float(-value),
            // The magnitude of the smallest 64-bit int does not fit 64 bits itself, so this goes through big ints.
            Value::Int(value) if negative => Value::int(-num_bigint::BigInt::from(value)),
            Value::Big(value) if negative => Value::int(-value.as_ref()),
            value => value,
        })
    }

    /// A string and those that follow it directly, joined.
    fn strings(&mut self) -> Read<Str> {
        let mut text = String::new();
        loop {
            self.scan.string(&mut text)?;
            self.scan.skip_blanks();
            if !self.scan.at_string() {
                return Ok(text.into());
            }
        }
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        self.scan.skip_blanks();
        self.scan.eat(symbol)
    }

    fn open(&mut self, bracket: &str) -> bool {
        let found = self.symbol(bracket);
        self.scan.brackets += usize::from(found);
        found
    }

    fn close(&mut self, bracket: &str) -> bool {
        let found = self.symbol(bracket);
        self.scan.brackets -= usize::from(found);
        found
    }

    /// A comma, or nothing if the bracket closes next.
    fn comma_before(&mut self, close: &str, expected: &'static str) -> Read<()> {
        if self.symbol(",") || self.scan.rest().starts_with(close) {
            return Ok(());
        }
        Err(self.scan.error(expected))
    }
}
