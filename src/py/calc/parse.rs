//! CPython 3.11's parser on the calculator's tokens.
//!
//! A PEG parser: where an operator lacks its right operand, the expression ends before the operator, and the error is
//! that something follows. A text that does not parse is parsed again with rules that look for well-known mistakes
//! ("hints"); what they find depends on the order in which they are tried, which is why this follows it. Results are
//! kept by position, which bounds the work: the hints would double it with each bracket.
//!
//! ```text
//! sum:     term (("+" | "-") term)*
//! term:    factor (("*" | "/" | "//") factor)*
//! factor:  ("+" | "-") factor | primary ["**" factor]
//! primary: atom ("(" [["*" | "**"] expression] ")")*
//! atom:    NUMBER | "..." | "(" ")" | "(" expression ")"
//! ```

use std::collections::HashMap;

use super::token::{Kind, Token, syntax_error};
use crate::py::json::MAX_INT_DIGITS;
use crate::py::{Exception, PyError, PyResult};

/// How deep the syntax tree may be, where a chain such as `1+1+1` counts each operator: what CPython's compiler bears
/// in a small program. It also bounds the recursion here.
pub(super) const MAX_DEPTH: usize = 2990;

/// A syntax tree; the last node is its root.
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    pub root: NodeId,
}

#[derive(Clone, Copy)]
pub(super) struct NodeId(usize);

pub(super) enum Node<'a> {
    /// Digits with at most one point.
    Number(&'a str),
    Ellipsis,
    EmptyTuple,
    /// `first op operand op operand …` of one precedence, from the left.
    Chain {
        first: NodeId,
        rest: Vec<(Binary, NodeId)>,
    },
    /// `base ** base ** …` from the right, each with the signs before it: they apply to the power that it starts.
    Power(Vec<(Vec<Sign>, NodeId)>),
    Call {
        function: NodeId,
        argument: Argument,
    },
}

#[derive(Clone, Copy)]
pub(super) enum Argument {
    Nothing,
    Plain(NodeId),
    /// `*x`
    Iterable(NodeId),
    /// `**x`
    Mapping(NodeId),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
}

impl<'a> Tree<'a> {
    pub fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0]
    }
}

/// Parses a whole text.
///
/// # Errors
/// `SyntaxError`; `RecursionError` for a tree deeper than [`MAX_DEPTH`].
pub(super) fn parse<'a>(tokens: &[Token<'a>]) -> PyResult<Tree<'a>> {
    if tokens.is_empty() {
        return Err(PyError::new(Exception::SyntaxError, "invalid syntax (<string>, line 0)"));
    }
    let mut parser = Parser::new(tokens, false);
    if let Some(whole) = parser.expression(0)?
        && whole.end == tokens.len()
    {
        if whole.depth > MAX_DEPTH {
            let text = "maximum recursion depth exceeded during compilation";
            return Err(PyError::new(Exception::RecursionError, text));
        }
        return Ok(Tree { nodes: parser.nodes, root: whole.node });
    }
    // Only for the error that it may raise.
    Parser::new(tokens, true).expression(0)?;
    Err(syntax_error("invalid syntax"))
}

/// A part of the text that was recognised.
#[derive(Clone, Copy)]
struct Part {
    node: NodeId,
    /// The position after its last token.
    end: usize,
    /// How many levels of Python's syntax tree are below its node.
    depth: usize,
}

/// What stands at a position, if it is what was looked for. An error ends the parse.
type Found = PyResult<Option<Part>>;

struct Parser<'t, 'a> {
    tokens: &'t [Token<'a>],
    nodes: Vec<Node<'a>>,
    hints: bool,
    /// Finished expressions and sums by position and whether with hints.
    expressions: HashMap<(usize, bool), Option<Part>>,
    sums: HashMap<(usize, bool), Option<Part>>,
}

impl<'t, 'a> Parser<'t, 'a> {
    fn new(tokens: &'t [Token<'a>], hints: bool) -> Self {
        Self { tokens, nodes: Vec::new(), hints, expressions: HashMap::new(), sums: HashMap::new() }
    }

    /// The token at a position. To look at the end of the text within a bracket is an error at once.
    fn peek(&self, at: usize) -> PyResult<Option<Kind<'a>>> {
        match self.tokens.get(at) {
            Some(token) => Ok(Some(token.kind)),
            None if self.tokens.last().is_some_and(|last| last.open > 0) => Err(syntax_error("'(' was never closed")),
            None => Ok(None),
        }
    }

    fn add(&mut self, node: Node<'a>, end: usize, depth: usize) -> Part {
        self.nodes.push(node);
        Part { node: NodeId(self.nodes.len() - 1), end, depth }
    }

    fn expression(&mut self, at: usize) -> Found {
        let key = (at, self.hints);
        if let Some(known) = self.expressions.get(&key) {
            return Ok(*known);
        }
        if self.hints {
            self.look_for_missing_comma(at)?;
        }
        let found = self.sum(at)?;
        self.expressions.insert(key, found);
        Ok(found)
    }

    fn look_for_missing_comma(&mut self, at: usize) -> PyResult<()> {
        let Some(first) = self.sum(at)? else { return Ok(()) };
        self.hints = false;
        let second = self.expression(first.end);
        self.hints = true;
        match second? {
            Some(second) if self.tokens[second.end - 1].open > 0 => {
                Err(syntax_error("invalid syntax. Perhaps you forgot a comma?"))
            }
            _ => Ok(()),
        }
    }

    fn sum(&mut self, at: usize) -> Found {
        let key = (at, self.hints);
        if let Some(known) = self.sums.get(&key) {
            return Ok(*known);
        }
        let operator = |kind| match kind {
            Kind::Plus => Some(Binary::Add),
            Kind::Minus => Some(Binary::Sub),
            _ => None,
        };
        let found = self.chain(at, operator, Self::term)?;
        self.sums.insert(key, found);
        Ok(found)
    }

    fn term(&mut self, at: usize) -> Found {
        let operator = |kind| match kind {
            Kind::Star => Some(Binary::Mul),
            Kind::Slash => Some(Binary::Div),
            Kind::DoubleSlash => Some(Binary::FloorDiv),
            _ => None,
        };
        self.chain(at, operator, Self::factor)
    }

    fn chain(
        &mut self,
        at: usize,
        operator: impl Fn(Kind<'a>) -> Option<Binary>,
        operand: impl Fn(&mut Self, usize) -> Found,
    ) -> Found {
        let Some(first) = operand(self, at)? else { return Ok(None) };
        let (mut end, mut depth) = (first.end, first.depth);
        let mut rest = Vec::new();
        while let Some(binary) = self.peek(end)?.and_then(&operator) {
            let Some(next) = operand(self, end + 1)? else { break };
            rest.push((binary, next.node));
            end = next.end;
            depth = 1 + depth.max(next.depth);
        }
        if rest.is_empty() {
            return Ok(Some(first));
        }
        Ok(Some(self.add(Node::Chain { first: first.node, rest }, end, depth)))
    }

    fn factor(&mut self, at: usize) -> Found {
        let mut parts: Vec<(Vec<Sign>, Part)> = Vec::new();
        let mut at = at;
        loop {
            let mut signs = Vec::new();
            while let Some(sign) = self.peek(at)?.and_then(sign) {
                signs.push(sign);
                at += 1;
            }
            let Some(base) = self.primary(at)? else { break };
            at = base.end;
            parts.push((signs, base));
            if self.peek(at)? != Some(Kind::DoubleStar) {
                break;
            }
            at += 1;
        }
        let Some((last_signs, last)) = parts.last() else { return Ok(None) };
        let end = last.end;
        if parts.len() == 1 && last_signs.is_empty() {
            return Ok(Some(*last));
        }
        let depth = parts.iter().rev().fold(None, |exponent: Option<usize>, (signs, base)| {
            let power = exponent.map_or(base.depth, |exponent| 1 + exponent.max(base.depth));
            Some(power + signs.len())
        });
        let node = Node::Power(parts.into_iter().map(|(signs, base)| (signs, base.node)).collect());
        Ok(Some(self.add(node, end, depth.unwrap_or_default())))
    }

    fn primary(&mut self, at: usize) -> Found {
        let Some(mut part) = self.atom(at)? else { return Ok(None) };
        loop {
            match self.peek(part.end)? {
                Some(Kind::Open) => match self.call(part)? {
                    Some(call) => part = call,
                    None => return Ok(Some(part)),
                },
                // An attribute's name would follow.
                Some(Kind::Dot) => {
                    self.peek(part.end + 1)?;
                    return Ok(Some(part));
                }
                _ => return Ok(Some(part)),
            }
        }
    }

    fn call(&mut self, function: Part) -> Found {
        let at = function.end + 1;
        let (from, wrap): (usize, fn(NodeId) -> Argument) = match self.peek(at)? {
            Some(Kind::Close) => {
                let node = Node::Call { function: function.node, argument: Argument::Nothing };
                return Ok(Some(self.add(node, at + 1, function.depth + 1)));
            }
            Some(Kind::Star) => (at + 1, Argument::Iterable),
            Some(Kind::DoubleStar) => (at + 1, Argument::Mapping),
            _ => (at, Argument::Plain),
        };
        let Some(argument) = self.expression(from)? else { return Ok(None) };
        if self.peek(argument.end)? != Some(Kind::Close) {
            return Ok(None);
        }
        let depth = 1 + function.depth.max(argument.depth + (from - at));
        let node = Node::Call { function: function.node, argument: wrap(argument.node) };
        Ok(Some(self.add(node, argument.end + 1, depth)))
    }

    fn atom(&mut self, at: usize) -> Found {
        match self.peek(at)? {
            Some(Kind::Number(digits)) => {
                if !digits.contains('.') && digits.len() > MAX_INT_DIGITS {
                    return Err(syntax_error(&format!(
                        "Exceeds the limit ({MAX_INT_DIGITS} digits) for integer string conversion: value has {} \
                         digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for \
                         huge integer literals to avoid decimal conversion limits.",
                        digits.len()
                    )));
                }
                Ok(Some(self.add(Node::Number(digits), at + 1, 0)))
            }
            Some(Kind::Ellipsis) => Ok(Some(self.add(Node::Ellipsis, at + 1, 0))),
            Some(Kind::Open) => self.group(at + 1),
            _ => Ok(None),
        }
    }

    fn group(&mut self, at: usize) -> Found {
        match self.peek(at)? {
            Some(Kind::Close) => Ok(Some(self.add(Node::EmptyTuple, at + 1, 0))),
            Some(Kind::Star) => {
                // It could start a tuple, if a comma came.
                self.sum(at + 1)?;
                self.refuse_starred(at + 1, "cannot use starred expression here")
            }
            Some(Kind::DoubleStar) => self.refuse_starred(at + 1, "cannot use double starred expression here"),
            _ => {
                let Some(inner) = self.expression(at)? else { return Ok(None) };
                let closed = self.peek(inner.end)? == Some(Kind::Close);
                Ok(closed.then_some(Part { end: inner.end + 1, ..inner }))
            }
        }
    }

    /// One of the hints: never finds anything.
    fn refuse_starred(&mut self, at: usize, text: &str) -> Found {
        if self.hints
            && let Some(inner) = self.expression(at)?
            && self.peek(inner.end)? == Some(Kind::Close)
        {
            return Err(syntax_error(text));
        }
        Ok(None)
    }
}

const fn sign(kind: Kind<'_>) -> Option<Sign> {
    match kind {
        Kind::Plus => Some(Sign::Plus),
        Kind::Minus => Some(Sign::Minus),
        _ => None,
    }
}
