/** What the READMEs of the examples name: folders, files, commands and their options. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { blocks, EXAMPLES, text } from "./files.ts";

const examples = readdirSync(EXAMPLES).filter((name) => name !== "README.md");
const readmes = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith("README.md"),
);

test("the table has every example, and each folder has a README", () => {
  const rows = [...text("README.md").matchAll(/^\| \[(.+?)\]/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual(examples.toSorted());
  // `etc` belongs to the services, a file speaks for itself.
  const own = examples
    .filter((name) => name !== "etc" && !name.includes("."))
    .map((name) => `${name}/README.md`);
  expect(readmes.toSorted()).toEqual(["README.md", ...own].toSorted());
});

/** A command line of remit: the command, and the options that stand in it. */
function commandLines(script: string) {
  return script
    .replaceAll("\\\n", " ")
    .split(/\n|&&|\|\||;|\$\(| & /)
    .flatMap((line) => {
      const words = line.trim().split(/\s+/);
      return words.flatMap((word, index) => {
        const [first = "", second = ""] = words.slice(index + 1);
        const command = [`${first} ${second}`, first].find((name) =>
          COMMANDS.some((each) => each.name === name),
        );
        if (word !== "remit" || command === undefined) return [];
        return [{ command, options: words.slice(index + 1).filter((each) => /^-/.test(each)) }];
      });
    });
}

describe.each(readmes)("%s", (readme) => {
  test("links to files that there are", () => {
    const links = [...text(readme).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = ""]) => link);
    const missing = links.filter((link) => !existsSync(join(EXAMPLES, dirname(readme), link)));
    expect(missing).toEqual([]);
  });

  test("calls commands that there are, with options that they have", () => {
    for (const { command, options } of blocks(text(readme), "sh").flatMap(commandLines)) {
      const known = COMMANDS.find(({ name }) => name === command)?.options ?? [];
      const names = known.flatMap(({ name, short }) => [`--${name}`, `-${short}`]);
      expect(names).toEqual(expect.arrayContaining(options.map((option) => option.split("=")[0])));
    }
  });
});

test("commands are found in the READMEs", () => {
  const found = readmes.flatMap((readme) => blocks(text(readme), "sh").flatMap(commandLines));
  expect(found.map(({ command }) => command)).toEqual(
    expect.arrayContaining(["serve", "status", "token create"]),
  );
});
