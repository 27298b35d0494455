import { describe, expect, test } from "bun:test";
import { dispatch, missingOn } from "./dispatch.ts";
import { operation } from "./operation.ts";
import { messageOf, testRun } from "./testing.ts";

const POSITION = { line: 1, column: 1 };

describe("an operation that another system cannot offer", () => {
  test("is there where it is said to be", () => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      expect(missingOn(platform, {})).toBeUndefined();
    }
    expect(missingOn("linux", { only: "linux" })).toBeUndefined();
    expect(missingOn("darwin", { only: "unix" })).toBeUndefined();
  });

  test("and elsewhere says where it is", () => {
    expect(missingOn("darwin", { only: "linux" })).toBe(
      "is not available on this system (darwin), only on Linux",
    );
    expect(missingOn("win32", { only: "unix" })).toBe(
      "is not available on this system (win32), only on Linux and macOS",
    );
  });

  test("does nothing but throw there", () => {
    // No system that this runs on, so that the test is the same on all.
    const elsewhere = { only: "plan9" as "linux" };
    let performed = 0;
    const made = (source: "text" | "IoErrorKind", only: object) =>
      operation({
        name: "tell",
        source,
        parameters: [],
        returns: "()",
        summary: "",
        example: "tell()",
        checks: [],
        ...only,
        perform: () => {
          performed++;
          return null;
        },
      });
    for (const source of ["text", "IoErrorKind"] as const) {
      expect(messageOf(() => dispatch(testRun(), made(source, elsewhere), [], POSITION))).toStartWith(
        `tell is not available on this system (${process.platform})`,
      );
      expect(performed).toBe(0);
    }
    expect(dispatch(testRun(), made("text", {}), [], POSITION)).toBeNull();
    expect(performed).toBe(1);
  });
});
