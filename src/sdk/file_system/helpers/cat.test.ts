import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { testRun } from "../../testing.ts";
import { catNamespace } from "./cat.ts";
import { allBut, asked, denied, only, scratch, shell } from "./testing.ts";

const root = scratch(afterAll);
const { run, under, failure, denial, flag } = shell(catNamespace);
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(`${root}/${name}`, content);
  return `${root}/${name}`;
};

test("gives the whole text, or its numbered lines", () => {
  const win = put("win.txt", "a\r\n\r\nb\r\n");
  expect(run("cat", win)).toBe("a\r\n\r\nb\r\n");
  expect(run("cat", [], win)).toBe("a\r\n\r\nb\r\n");
  expect(run("cat", [flag("n"), flag("number")], win)).toBe("     1\ta\n     2\t\n     3\tb");
  const empty = put("empty", "");
  expect(run("cat", [flag("n")], empty)).toBe("");
});

test("refuses flags of anything else before it asks for anything", () => {
  const state = testRun();
  expect(() => under(state, "cat", [1n], `${root}/x`)).toThrow();
  expect(failure("cat", [1n], `${root}/x`)).toBe("cat: expected CatFlag flag, got i64");
  expect(state.asked).toEqual([]);
});

test("says what the system says of a path that leads nowhere", () => {
  put("plain.txt", "x");
  expect(failure("cat", `${root}/absent`)).toBe("No such file or directory (os error 2)");
  expect(failure("cat", `${root}/none/absent`)).toBe("No such file or directory (os error 2)");
  expect(failure("cat", `${root}/plain.txt/child`)).toBe("Not a directory (os error 20)");
  expect(failure("cat", put("blob", new Uint8Array([0xff, 0xfe, 0])))).toBe(
    "stream did not contain valid UTF-8",
  );
});

describe("links", () => {
  mkdirSync(`${root}/v2`);
  put("v2/app.cfg", "port=8080\n");
  symlinkSync("v2", `${root}/current`);
  symlinkSync("plain.txt", `${root}/alias`);

  test("in the directory's path are followed, and where they lead is asked too", () => {
    const state = testRun();
    expect(under(state, "cat", `${root}/current/app.cfg`)).toBe("port=8080\n");
    expect(asked(state)).toEqual([
      `open Dir::${root}/current`,
      `open Dir::${root}/v2`,
      `open File::${root}/v2/app.cfg`,
      `read File::${root}/v2/app.cfg`,
    ]);
    expect(denial(allBut(`open ${root}/v2`), "cat", `${root}/current/app.cfg`)).toBe(
      denied("open", "Dir", `${root}/v2`),
    );
  });

  test("in the place of the file are refused", () => {
    expect(failure("cat", `${root}/alias`)).toBe(
      `File error: file is a symbolic link but follow_symlinks is not enabled: ${root}/alias`,
    );
  });
});

test("needs each of its permissions", () => {
  const path = put("secret", "s");
  expect(denial(only(), "cat", path)).toBe(denied("open", "Dir", root));
  expect(denial(allBut(`open ${path}`), "cat", path)).toBe(denied("open", "File", path));
  expect(denial(allBut(`read ${path}`, `redacted_read ${path}`), "cat", path)).toBe(
    denied("read", "File", path),
  );
  const enough = testRun(only(`open ${root}`, `open ${path}`, `read ${path}`));
  expect(under(enough, "cat", path)).toBe("s");
});
