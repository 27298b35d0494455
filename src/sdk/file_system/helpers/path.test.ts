import { expect, test } from "bun:test";
import { join, normalize } from "node:path/posix";
import fc from "fast-check";
import { SdkError } from "../../errors.ts";
import { locate } from "./path.ts";

test("a path is its directory as given, and a name", () => {
  const paths: [string, string, string][] = [
    ["/a/b", "/a", "b"],
    ["/a", "/", "a"],
    ["/a/b/", "/a", "b"],
    ["/a/b/./", "/a", "b"],
    ["/a//b", "/a", "b"],
    ["/a/./b", "/a", "b"],
    ["/a/./b/c", "/a/./b", "c"],
    ["/a/../b", "/a/..", "b"],
    ["/./a", "/", "a"],
    ["//a", "/", "a"],
    ["a", "", "a"],
    ["./a", ".", "a"],
    ["a/b", "a", "b"],
    ["/a/b.", "/a", "b."],
    ["/a/...", "/a", "..."],
  ];
  for (const [path, directory, name] of paths) expect(locate(path, "file path")).toEqual({ directory, name });
});

test("a path that ends in no name is refused", () => {
  for (const path of ["", "/", "//", "/.", ".", "./.", "..", "/a/..", "/a/../"]) {
    expect(() => locate(path, "file path")).toThrow(
      new SdkError("IoErrorKind", "InvalidArguments", `Invalid arguments: Invalid file path: ${path}`),
    );
  }
});

test("directory and name lead where the path leads", () => {
  const component = fc.constantFrom("a", "..", ".", "", "b.", "...", ".c");
  fc.assert(
    fc.property(
      fc.array(component, { minLength: 1, maxLength: 6 }),
      fc.constantFrom("", "/"),
      (parts, end) => {
        const path = `/${parts.join("/")}${end}`;
        const last = parts.findLast((part) => part !== "" && part !== ".");
        if (last === undefined || last === "..") {
          expect(() => locate(path, "file path")).toThrow(SdkError);
          return;
        }
        const { directory, name } = locate(path, "file path");
        expect(name).toBe(last);
        expect(join(directory, name)).toBe(normalize(path).replace(/\/$/, ""));
      },
    ),
  );
});
