import { expect, test } from "bun:test";
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
