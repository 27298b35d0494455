//! Finding the lines that match in a text of many, without looking at each.

use crate::pattern::{bound, config, syntax};
use memchr::{memchr, memchr_iter, memrchr};
use regex_automata::{meta, util, Input};
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look,
    Repetition,
};

/// Numbers kept of each line that matches.
pub const FIELDS: usize = 3;

/// A regex prepared for many lines at once.
pub struct Lines {
    /// Matches in every line in which the regex does, and never beyond a line. Absent where it cannot be made.
    within: Option<meta::Regex>,
    /// It matches in no other line, unless by the `\r` of a line end.
    exact: bool,
}

impl Lines {
    pub fn new(pattern: &str, case_insensitive: bool) -> Self {
        let parsed = util::syntax::parse_with(pattern, &syntax(case_insensitive)).ok();
        let exact = parsed.as_ref().is_some_and(|hir| {
            let looks = hir.properties().look_set();
            ![Look::End, Look::EndLF, Look::EndCRLF, Look::StartCRLF]
                .into_iter()
                .any(|look| looks.contains(look))
        });
        let within = parsed.and_then(|hir| {
            let mut builder = meta::Regex::builder();
            builder
                .configure(config())
                .build_from_hir(&within_line(&hir))
                .ok()
        });
        Self { within, exact }
    }

    /// Replaces `found` by what matches of `block`, whole lines of UTF-8: for each line its number from 0, its start and
    /// its end without the line end; and then how many lines there are.
    pub fn find(
        &self,
        regex: &meta::Regex,
        block: &[u8],
        found: &mut Vec<u32>,
    ) -> Result<(), String> {
        found.clear();
        let within = self
            .within
            .as_ref()
            .filter(|within| bound(within, block.len()).is_ok());
        let (mut at, mut counted, mut number) = (0, 0, 0);
        while at < block.len() {
            let hit = match within {
                Some(within) => {
                    let input = Input::new(block).range(at..).earliest(true);
                    match within.search_half(&input) {
                        Some(half) => half.offset(),
                        None => break,
                    }
                }
                None => at,
            };
            let start = memrchr(b'\n', &block[at..hit]).map_or(at, |newline| at + newline + 1);
            if start == block.len() {
                break;
            }
            let newline = memchr(b'\n', &block[hit..]).map(|newline| hit + newline);
            let next = newline.map_or(block.len(), |newline| newline + 1);
            let returned = newline.is_some_and(|newline| newline > start && block[newline - 1] == b'\r');
            let end = newline.unwrap_or(block.len()) - usize::from(returned);
            number += count(&block[counted..start]);
            counted = start;
            if within.is_none() {
                bound(regex, end - start)?;
            }
            let sure = within.is_some() && self.exact && !returned;
            if sure || regex.is_match(Input::new(&block[start..end])) {
                found.extend([number, start, end].map(|value| value as u32));
            }
            at = next;
        }
        let unended = usize::from(block.last().is_some_and(|byte| *byte != b'\n'));
        found.push((number + count(&block[counted..]) + unended) as u32);
        Ok(())
    }
}

fn count(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count()
}

/// `hir` for a text of many lines instead of one: nothing of it matches a newline, and where it asks for the end of the
/// text, a line end will do. A line end is `\n` or `\r\n`; `$` of CRLF also matches before a `\r` within a line.
fn within_line(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Literal(literal) if literal.0.contains(&b'\n') => Hir::fail(),
        HirKind::Empty | HirKind::Literal(_) => hir.clone(),
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Hir::class(Class::Bytes(class))
        }
        HirKind::Look(Look::Start) => Hir::look(Look::StartLF),
        HirKind::Look(Look::End | Look::EndLF) => Hir::look(Look::EndCRLF),
        HirKind::Look(look) => Hir::look(*look),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(within_line(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => within_line(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(within_line).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(within_line).collect()),
    }
}
