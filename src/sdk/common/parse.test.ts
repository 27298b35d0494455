import { describe, expect, test } from "bun:test";
import type { EnumValue } from "rhai-wasm";
import { call, failure, RFC2822, RFC3339, time } from "./testing.ts";

const read = (text: string, format: EnumValue): string => {
  const { year, month, day, hour, minute, second, nanosecond } = time(
    call("parse_datetime", text, format),
  ).fields;
  return `${year}-${month}-${day} ${hour}:${minute}:${second} ${nanosecond}`;
};
/** What is wrong with `text`, after the part that every message starts with. */
const wrong = (text: string, format: EnumValue): string => {
  const message = failure("parse_datetime", text, format);
  const start = `ParseError|Parse Error: Failed to parse ${format.name} datetime from '${text}': `;
  expect(message.slice(0, start.length)).toBe(start);
  return message.slice(start.length);
};
const component = (name: string) => `the '${name}' component could not be parsed`;
const range = (name: string) => `${name} was not in range`;
const LITERAL = "a character literal was not valid";
const TRAILING = "unexpected trailing characters; the end of input was expected";

const table = (cases: { readonly [text: string]: string }, check: (text: string) => string) => {
  for (const [text, expected] of Object.entries(cases)) expect([text, check(text)]).toEqual([text, expected]);
};

describe("RFC 3339", () => {
  test("is read, and taken to UTC", () => {
    const cases = {
      "2001-09-09T01:46:40Z": "2001-9-9 1:46:40 0",
      "2024-06-30t12:00:00.250z": "2024-6-30 12:0:0 250000000",
      "2024-06-30 12:00:00.1234567891Z": "2024-6-30 12:0:0 123456789",
      "2024-03-10T01:30:00+05:30": "2024-3-9 20:0:0 0",
      "0000-01-01T00:00:00-23:59": "0-1-1 23:59:0 0",
    };
    table(cases, (text) => read(text, RFC3339));
  });

  test("what it is not is named", () => {
    const cases = {
      "": component("year"),
      yesterday: component("year"),
      "2024/01/01T00:00:00Z": LITERAL,
      "2024-00-01T00:00:00Z": component("month"),
      "2024-13-01T00:00:00Z": range("month"),
      "2024-02-30T00:00:00Z": range("day"),
      "2024-02-00T00:00:00Z": range("day"),
      "2024-02-03": component("separator"),
      "2024-02-03é10:00:00Z": component("hour"),
      "2024-02-03T25:00:00Z": range("hour"),
      "2024-02-03T10:60:00Z": range("minute"),
      "2024-02-03T10:00:61Z": range("second"),
      "2024-02-03T10:00Z": LITERAL,
      "2024-02-03T10:00:00.Z": component("subsecond"),
      "2024-02-03T10:00:00": component("offset hour"),
      "2024-02-03T10:00:00+24:00": component("offset hour"),
      "2024-02-03T10:00:00+0200": LITERAL,
      "2024-02-03T10:00:00+02:60": range("offset minute"),
      "2024-02-03T10:00:00Z ": TRAILING,
    };
    table(cases, (text) => wrong(text, RFC3339));
  });

  test("a leap second is one at the end of a month in UTC", () => {
    expect(read("2016-12-31T23:59:60Z", RFC3339)).toBe("2016-12-31 23:59:59 999999999");
    expect(read("2017-01-01T00:59:60+01:00", RFC3339)).toBe("2016-12-31 23:59:59 999999999");
    expect(wrong("2016-12-30T23:59:60Z", RFC3339)).toBe(range("second"));
    expect(wrong("2016-12-31T23:59:60+01:00", RFC3339)).toBe(range("second"));
  });
});

describe("RFC 2822", () => {
  test("is read, with comments, old years and old zones", () => {
    const cases = {
      "Fri, 21 Nov 1997 09:55:06 +0000": "1997-11-21 9:55:6 0",
      "Sun, 10 Mar 2024 01:30:00 -0700": "2024-3-10 8:30:0 0",
      "1 jan 70 00:00 GMT": "1970-1-1 0:0:0 0",
      "1 Jan 49 00:00 pst": "2049-1-1 8:0:0 0",
      "1 Jan 2024 00:00 UT": "2024-1-1 0:0:0 0",
      "1 Jan 2024 00:00 z": "2024-1-1 0:0:0 0",
      " (a (nested \\) one)) Mon,1(x)Jan\t2024 \r\n 10 : 20(y): 30 +0100 (end)": "2024-1-1 9:20:30 0",
      "31 Dec 2016 23:59:60 +0000": "2016-12-31 23:59:59 999999999",
    };
    table(cases, (text) => read(text, RFC2822));
  });

  test("what it is not is named", () => {
    const cases = {
      "": component("day"),
      "2024-02-03T10:00:00Z": LITERAL,
      "Fri 21 Nov 1997 09:55:06 +0000": LITERAL,
      "21 Foo 1997 09:55:06 +0000": component("month"),
      "21 Nov 1899 09:55:06 +0000": component("year"),
      "21 Nov 7 09:55:06 +0000": component("year"),
      "21 Nov 1997 9:55:06 +0000": component("hour"),
      "21 Nov 1997 09:5:06 +0000": component("minute"),
      "21 Nov 1997 09:55:6 +0000": component("second"),
      "21 Nov 1997 09:55:06": LITERAL,
      "21 Nov 1997 09:55:06 J": component("offset hour"),
      "21 Nov 1997 09:55:06 CET": component("offset hour"),
      "21 Nov 1997 09:55:06 +00": component("offset minute"),
      "21 Nov 1997 09:55:06 +2600": range("offset hour"),
      "21 Nov 1997 09:55:06 +0060": range("offset minute"),
      "31 Nov 1997 09:55:06 +0000": range("day"),
      "21 Nov 1997 09:55:06 +0000 x": TRAILING,
      "21 (open Nov 1997 09:55:06 +0000": component("month"),
    };
    table(cases, (text) => wrong(text, RFC2822));
  });

  test("comments nest as deep as the reference reads them", () => {
    const nested = (depth: number) => `${"(".repeat(depth)}${")".repeat(depth)} 21 Nov 1997 09:55:06 +0000`;
    expect(read(nested(31), RFC2822)).toBe("1997-11-21 9:55:6 0");
    expect(wrong(nested(32), RFC2822)).toBe(component("day"));
    expect(wrong(nested(100_000), RFC2822)).toBe(component("day"));
  });

  test("a long comment without an end is read once", () => {
    const text = `${"(a".repeat(1000)}${" ".repeat(100_000)}`;
    expect(wrong(text, RFC2822)).toBe(component("day"));
  });
});
