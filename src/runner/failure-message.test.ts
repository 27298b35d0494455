import { describe, expect, test } from "bun:test";
import { EnumValue, type Value } from "rhai-wasm";
import type { Failure } from "../engine/index.ts";
import { failureMessage } from "./failure-message.ts";

const failure = (more: Partial<Failure>): Failure => ({
  status: "error",
  kind: "runtime",
  message: "Runtime error",
  error: "ErrorRuntime",
  position: { line: 3, column: 5 },
  ...more,
});
const NOT_FOUND = new EnumValue("RhaiSafeIoErrorKind", 8, "NotFound");

/** A thrown map, whose `source` and `message` the engine shows. */
const thrown = (entries: { readonly [key: string]: Value }, more: Partial<Failure> = {}): Failure => {
  const shown = Object.entries(entries).filter(([key]) => key === "source" || key === "message");
  return failure({
    thrown: new Map(Object.entries(entries)),
    shown: new Map(shown.map(([key, value]) => [key, String(value)])),
    ...more,
  });
};

describe("a thrown map", () => {
  test("of the SDK reads source, kind, message and place", () => {
    expect(failureMessage(thrown({ kind: NOT_FOUND, message: "no such file", source: "IoErrorKind" }))).toBe(
      "IoErrorKind: NotFound: no such file (line 3, position 5)",
    );
  });

  test("of the network is without its kind, unless a script threw it for another source", () => {
    const kind = new EnumValue("RhaiNetworkErrorKind", 0, "PermissionDenied");
    expect(failureMessage(thrown({ kind, message: "no", source: "NetworkErrorKind" }))).toBe(
      "NetworkErrorKind: Unknown: no (line 3, position 5)",
    );
    expect(failureMessage(thrown({ kind, message: "no", source: "fetch" }))).toBe(
      "fetch: PermissionDenied: no (line 3, position 5)",
    );
  });

  test("of the script's own says what it lacks", () => {
    expect(failureMessage(thrown({ code: 5n }))).toBe(
      "Unknown: Unknown: No message available (line 3, position 5)",
    );
    expect(failureMessage(thrown({ kind: "NotFound", source: "mine" }))).toBe(
      "mine: Unknown: No message available (line 3, position 5)",
    );
  });

  test("shows only the kinds of errors as a kind", () => {
    const colour = new EnumValue("Colour", 0, "Red");
    expect(failureMessage(thrown({ kind: colour, message: "m", source: "s" }))).toBe(
      "s: Unknown: m (line 3, position 5)",
    );
  });

  test("shows what was thrown as the engine displays it, not as it crossed", () => {
    const failed = thrown({ message: [1n] }, { shown: new Map([["message", "[1]"]]) });
    expect(failureMessage(failed)).toBe("Unknown: Unknown: [1] (line 3, position 5)");
  });
});

test("of another thrown value the place stands twice", () => {
  const failed = failure({ message: "Runtime error: text (line 3, position 5)", thrown: "text" });
  expect(failureMessage(failed)).toBe("Runtime error: text (line 3, position 5) (line 3, position 5)");
});

test("an unknown place is left out", () => {
  const nowhere = { position: { line: 0, column: 0 } };
  expect(failureMessage(thrown({ message: "m" }, nowhere))).toBe("Unknown: Unknown: m");
  expect(failureMessage(failure({ message: "Runtime error: x", thrown: "x", ...nowhere }))).toBe(
    "Runtime error: x",
  );
});

test("errors of Rhai keep Rhai's text", () => {
  const message = "Division by zero: 1 / 0 (line 3, position 5)";
  expect(failureMessage(failure({ error: "ErrorArithmetic", message }))).toBe(message);
  const syntax = "Syntax error: Expecting ')' (line 3, position 5)";
  expect(failureMessage(failure({ kind: "parse", error: "ErrorParsing", message: syntax }))).toBe(syntax);
});

test("a limit is named, except by the text that Rhai has for too deep calls", () => {
  const limit = { kind: "limit", error: "ErrorTerminated" } as const;
  expect(failureMessage(failure({ ...limit, limit: "timeMs", message: "too long" }))).toBe(
    "Limit timeMs: too long",
  );
  expect(failureMessage(failure({ ...limit, limit: "callDepth", message: "Stack overflow" }))).toBe(
    "Stack overflow",
  );
});

test("a run that was ended from outside says why, and where it was", () => {
  expect(failureMessage(failure({ kind: "terminated", error: "ErrorTerminated", message: "SIGTERM" }))).toBe(
    "Script terminated: SIGTERM (line 3, position 5)",
  );
});
