import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileGlob, compileRegex, countText, RegexError } from "./regex.ts";

const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof RegexError) return error.message;
    throw error;
  }
  throw new Error("expected a RegexError");
};

const nested = (depth: number) => `${"(".repeat(depth)}a${")".repeat(depth)}`;

/** `text` as a regex that matches just it. */
const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\#&~-]/g, "\\$&");

describe("regex", () => {
  test.each([
    ["err(or)?", "an error", true],
    ["^error", "an error", false],
    ["\\d+", "٣", true],
    ["(?i)É", "é", true],
    ["\\p{Greek}", "alpha α", true],
    ["a$", "a\n", false],
    ["", "", true],
    ["\\x{1F600}", "😀", true],
  ])("%j on %j: %j", (pattern, text, expected) => {
    expect(compileRegex(pattern).isMatch(text)).toBe(expected);
  });

  test("case_insensitive is as (?i)", () => {
    expect(compileRegex("STRASSE", { caseInsensitive: true }).isMatch("strasse")).toBe(true);
    expect(compileRegex("STRASSE").isMatch("strasse")).toBe(false);
  });

  test.each([
    ["[a-", "regex parse error:\n    [a-\n    ^\nerror: unclosed character class"],
    ["(?=x)", "look-around, including look-ahead and look-behind, is not supported"],
    ["(a)\\1", "backreferences are not supported"],
    ["*x", "repetition operator missing expression"],
    ["a{1000}{1000}{1000}", "Compiled regex exceeds size limit of 10485760 bytes."],
  ])("%j is refused with Rust's text", (pattern, text) => {
    expect(messageOf(() => compileRegex(pattern))).toContain(text);
  });

  test("deep nesting is refused", () => {
    expect(messageOf(() => compileRegex(nested(100_000)))).toContain("nested parentheses");
    expect(compileRegex(nested(200)).isMatch("a")).toBe(true);
  });

  /** Numbers and texts of the lines that match, each looked at alone. */
  const oneByOne = (pattern: string, text: string) =>
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).flatMap((line, number) => {
      const content = line.replace(/\r?\n$/, "");
      return compileRegex(pattern).isMatch(content) ? [{ number, content }] : [];
    });
  const inBlock = (pattern: string, text: string) => {
    const block = Buffer.from(text);
    const { matches, lines } = compileRegex(pattern).matchLines(block);
    expect(lines).toBe(text.match(/[^\n]*\n|[^\n]+$/g)?.length ?? 0);
    return matches.map(({ number, start, end }) => ({ number, content: block.toString("utf8", start, end) }));
  };

  test.each([
    ["b", "abc\nx\r\nb\r\n", [0, 2]],
    ["^", "a\n\nb", [0, 1, 2]],
    ["^$", "a\n\n\r\n\r", [1, 2]],
    ["c$", "abc\r\nabc\nc\r\rc", [0, 1, 2]],
    ["\\Aa\\z", "a\nba\na\r\n", [0, 2]],
    ["a\\sb", "a\nb\na b\n", [2]],
    ["a[^x]*b", "a\nb\na-b", [2]],
    ["(?s)a.b", "a\nb\n", []],
    ["a\nb|c", "a\nb\nc\n", [2]],
    ["a$\\b", "a\r\na b\n", [0]],
    ["\r", "a\r\nb\rc\n", [1]],
    ["", "", []],
  ])("%j matches lines of %j: %j", (pattern, text, numbers) => {
    expect(inBlock(pattern, text).map(({ number }) => number)).toEqual(numbers);
    expect(inBlock(pattern, text)).toEqual(oneByOne(pattern, text));
  });

  test("lines of a block match as each alone does", () => {
    const part = fc.constantFrom(
      ..."ab".split(""),
      ...[
        "é",
        ".",
        "^",
        "$",
        "\\b",
        "\\B",
        "\\A",
        "\\z",
        "\\s",
        "\\S",
        "\\w",
        "[^a]",
        "\r",
        "\n",
        "(?m:^)",
        "(?m:$)",
      ],
      ...[
        "(?mR:^)",
        "(?mR:$)",
        "(?s:.)",
        "a*",
        "(?:ab|b)?",
        "[\\s--\\n]",
        "(?i:B)",
        "\\b{start}",
        "\\b{end}",
        "a{2,3}",
      ],
    );
    const pattern = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(""));
    const alternatives = fc.array(pattern, { minLength: 1, maxLength: 2 }).map((parts) => parts.join("|"));
    const text = fc.array(fc.constantFrom("a", "b", "B", "é", " ", "\r", "\n", "\r\n", "aab"), {
      maxLength: 24,
    });
    fc.assert(
      fc.property(alternatives, text, (regex, parts) => {
        expect(inBlock(regex, parts.join(""))).toEqual(oneByOne(regex, parts.join("")));
      }),
      { numRuns: 2000 },
    );
  });

  test("a pattern that is too large for a block is not for its lines", () => {
    const large = compileRegex("\\w{60} ");
    const line = `${"x".repeat(60)} \n`;
    const block = Buffer.from(line.repeat(10_000));
    expect(messageOf(() => large.isMatch("a".repeat(block.length)))).toContain("too large");
    expect(large.matchLines(block).matches).toHaveLength(10_000);
    expect(messageOf(() => large.matchLines(Buffer.alloc(block.length, "a")))).toContain("too large");
  });

  test("replaces the first match, or all, and expands groups", () => {
    const regex = compileRegex("(?<key>\\w+)=(\\w*)");
    expect(regex.replace("a=1 b=2", "$2:$".concat("{key}$$"))).toBe("1:a$ b=2");
    expect(regex.replaceAll("a=1 b=2 ü=ß", "$2:$key")).toBe("1:a 2:b ß:ü");
    expect(compileRegex("").replaceAll("aé", "-")).toBe("-a-é-");
    expect(compileRegex("x").replaceAll("abc", "y")).toBe("abc");
  });

  test("a group that does not exist expands to nothing", () => {
    expect(compileRegex("b").replace("abc", "[$7$name]")).toBe("a[]c");
  });

  test("what backtracking makes exponential takes linear time", () => {
    expect(compileRegex("^(a|aa)+$").isMatch(`${"a".repeat(100_000)}!`)).toBe(false);
    expect(compileRegex("(x+x+)+y").isMatch("x".repeat(100_000))).toBe(false);
  });

  test("a pattern and a text that are too large for each other are refused, each alone is not", () => {
    const large = compileRegex("\\w{60} ");
    expect(large.isMatch("a")).toBe(false);
    expect(messageOf(() => large.isMatch("a".repeat(30_000_000)))).toContain("too large");
    expect(compileRegex("b").isMatch("a".repeat(30_000_000))).toBe(false);
  });

  test("a replacement that makes the text grow without end is refused", () => {
    const text = "a".repeat(100_000);
    expect(messageOf(() => compileRegex("a").replaceAll(text, "b".repeat(10_000)))).toContain("exceeds");
    expect(compileRegex("a").replaceAll("aa", "bb")).toBe("bbbb");
  });

  test("patterns beyond those that are kept still work", () => {
    const regexes = Array.from({ length: 100 }, (_, index) => compileRegex(`^${index}$`));
    for (const [index, regex] of regexes.entries()) {
      expect(regex.isMatch(String(index))).toBe(true);
      expect(regex.isMatch(`${index}x`)).toBe(false);
    }
  });

  test("replaces literal text as JavaScript does", () => {
    const character = fc.constantFrom("a", "b", ".", "*", "(", "\\", "€", "😀", " ");
    const text = fc.string({ unit: character });
    fc.assert(
      fc.property(
        text,
        fc.string({ unit: character, minLength: 1 }),
        text,
        (haystack, needle, replacement) => {
          const regex = compileRegex(literal(needle));
          expect(regex.isMatch(haystack)).toBe(haystack.includes(needle));
          expect(regex.replaceAll(haystack, replacement)).toBe(haystack.split(needle).join(replacement));
        },
      ),
    );
  });

  test("any text is a pattern or a RegexError, and the next pattern works", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (pattern, text) => {
        try {
          compileRegex(pattern).isMatch(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RegexError);
        }
        expect(compileRegex("^ok$").isMatch("ok")).toBe(true);
      }),
    );
  });
});

describe("countText", () => {
  const oneByOne = (text: string) => ({
    lines: text.split("\n").length - 1,
    words: text.split(/[\t-\r ]+/).filter((word) => word !== "").length,
  });

  test("lines and words, however the text is cut", () => {
    const character = fc.constantFrom(
      "a",
      "é",
      " ",
      "\n",
      "\t",
      "\v",
      "\f",
      "\r",
      "\0",
      "\b",
      "\x0e",
      "\x1f",
      "!",
      "\u00a0",
    );
    const texts = fc.array(fc.string({ unit: character, maxLength: 70 }), { maxLength: 3 });
    fc.assert(
      fc.property(texts, (parts) => {
        let [lines, words, inWord] = [0, 0, false];
        for (const part of parts) {
          const counts = countText(Buffer.from(part), inWord);
          lines += counts.lines;
          words += counts.words;
          inWord = counts.inWord;
        }
        expect({ lines, words }).toEqual(oneByOne(parts.join("")));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("glob", () => {
  test.each([
    ["*.log", "a.log", true],
    ["*.log", "a.log.1", false],
    ["[!a-z]*", ".profile", true],
    ["app-[0-9].l?g", "app-1.log", true],
    ["app-[0-9].l?g", "app-12.log", false],
    ["o?d", "ö", false],
    ["?", "ö", true],
    ["*.LOG", "a.log", false],
  ])("%j on %j: %j", (pattern, name, expected) => {
    expect(compileGlob(pattern).isMatch(name)).toBe(expected);
  });

  test("literal text and stars match as in the module", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "é"), maxLength: 3 });
    const pattern = fc.array(text, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("*"));
    const name = fc.string({ unit: fc.constantFrom("a", "b", ".", "é"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, name, (glob, candidate) => {
        fc.pre(!glob.includes("**"));
        // A class sends it to the module.
        const other = compileGlob(`${glob}[x]`);
        expect(compileGlob(glob).isMatch(candidate)).toBe(other.isMatch(`${candidate}x`));
      }),
      { numRuns: 2000 },
    );
  });

  test("case_insensitive is for ASCII letters", () => {
    expect(compileGlob("*.LOG", { caseInsensitive: true }).isMatch("a.log")).toBe(true);
    expect(compileGlob("É", { caseInsensitive: true }).isMatch("é")).toBe(false);
  });

  test.each([
    ["app[", "Pattern syntax error near position 3: invalid range pattern"],
    ["a**b", "recursive wildcards must form a single path component"],
    ["a***", "wildcards are either regular `*` or recursive `**`"],
  ])("%j is refused", (pattern, text) => {
    expect(messageOf(() => compileGlob(pattern))).toContain(text);
  });

  test("a pattern longer than any path is refused", () => {
    expect(messageOf(() => compileGlob("a".repeat(4097)))).toContain("at most 4096 characters");
    expect(compileGlob("a".repeat(4096)).isMatch("a")).toBe(false);
  });

  test("many wildcards do not take exponential time", () => {
    expect(compileGlob("*a".repeat(2000)).isMatch("a".repeat(1999))).toBe(false);
    expect(compileGlob("*a".repeat(100)).isMatch(`${"a".repeat(200)}b`)).toBe(false);
  });
});
