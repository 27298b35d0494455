import { expect, test } from "bun:test";
import { visible, visibleLines } from "./visible.ts";

test("what could make text look like another is shown", () => {
  expect(visible("/etc/\u202edwssap")).toBe("/etc/\\u{202e}dwssap");
  expect(visible("a\u200bb\u00adc\ufeffd\u2066e\u061cf\u{e0041}g")).toBe(
    "a\\u{200b}b\\u{ad}c\\u{feff}d\\u{2066}e\\u{61c}f\\u{e0041}g",
  );
  expect(visible("\u001b[2J\r\n\t\0\u2028")).toBe("\\u{1b}[2J\\u{d}\\u{a}\\u{9}\\u{0}\\u{2028}");
});

test("lines stay where there may be some", () => {
  expect(visibleLines("one\n\ttwo\r\u202e")).toBe("one\n\ttwo\\u{d}\\u{202e}");
});

test("all other text is left as it is", () => {
  const text = 'Größe “x” אבג 日本 \u{1f600} <img src=x onerror="alert(1)"> \\u{202e}';
  expect([visible(text), visibleLines(text)]).toEqual([text, text]);
});
