/** `examples/container`: the file against rules, and what it starts in namespaces like those of a container. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { path, text } from "./files.ts";
import { onMachine } from "./layer.ts";
import { CONFIGURATION, sectionsOf, USE, USED, WAIT } from "./service.ts";

setDefaultTimeout(60_000);

/** Instructions of the file, each in one line. */
const instructions = text("container/Containerfile")
  .replaceAll(/^#.*\n/gm, "")
  .replaceAll(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => ({ name: line.split(" ", 1)[0] ?? "", rest: line.slice(line.indexOf(" ") + 1) }));

const all = (wanted: string): readonly string[] =>
  instructions.filter(({ name }) => name === wanted).map(({ rest }) => rest);
const one = (wanted: string): string => {
  const [first = "", ...more] = all(wanted);
  if (first === "" || more.length > 0) throw new Error(`${wanted} is there ${all(wanted).length} times`);
  return first;
};
/** A command in exec form. */
const command = (instruction: string): readonly string[] => {
  const words: unknown = JSON.parse(instruction.slice(instruction.indexOf("[")));
  if (!Array.isArray(words) || words.some((word) => typeof word !== "string")) throw new Error(instruction);
  return words;
};

const entry = [...command(one("ENTRYPOINT")), ...command(one("CMD"))];
const health = command(one("HEALTHCHECK"));

describe("the Containerfile", () => {
  test("has a base of one version", () => {
    expect(one("FROM")).toMatch(/^docker\.io\/library\/debian:\d+\.\d+-slim$/);
  });

  test("takes only files that README.md puts beside it", () => {
    expect(all("ADD")).toEqual([]);
    const copied = all("COPY").flatMap((rest) =>
      rest
        .split(" ")
        .filter((word) => !word.startsWith("--"))
        .slice(0, -1),
    );
    const [, given = ""] = /^cp (.*) "\$context"$/m.exec(text("container/README.md")) ?? [];
    expect(given.split(" ").map((file) => file.split("/").at(-1) ?? "")).toEqual([...copied]);
    for (const file of given.split(" ").slice(1)) expect(existsSync(path(`container/${file}`))).toBe(true);
  });

  test("ends as a user that is not root, by a number that Kubernetes can check", () => {
    expect(one("USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(instructions.findIndex(({ name }) => name === "USER")).toBeGreaterThan(
      instructions.findLastIndex(({ name }) => name === "RUN"),
    );
  });

  test("starts the agent without a shell, and has no secrets and no other settings", () => {
    expect(entry).toEqual(["/usr/local/bin/remit", "serve", "--config", "/etc/remit/remit.toml"]);
    expect([...all("ENV"), ...all("ARG")]).toEqual([]);
  });

  test("keeps its state in a volume, outside of a root that README.md has read-only", () => {
    expect(one("VOLUME")).toBe("/var/lib/remit");
    for (const option of ["--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--init"])
      expect(text("container/README.md")).toContain(option);
  });
});

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(" ");
const [user = "", group = ""] = one("USER").split(":");

const machine = onMachine({
  init: "script",
  files: CONFIGURATION,
  script: `
echo "== run"; ${one("RUN")}
${WAIT}
container=(setpriv --reuid=${user} --regid=${group} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
healthy() { "\${container[@]}" ${quoted(health)} >/out/health 2>&1; }
mount -t tmpfs -o uid=${user},gid=${group},mode=0700 tmpfs ${one("VOLUME")}
mount -o remount,ro /tmp; mount -o remount,ro /
echo "== read-only"; touch /anywhere /tmp/anywhere
echo "== before"; healthy; echo $?
"\${container[@]}" ${quoted(entry)} 2>/out/said & agent=$!
wait_for healthy
echo "== healthy"; cat /out/health
${USE}
echo "== end of it"; kill -s ${one("STOPSIGNAL")} $agent; wait $agent; echo $?`,
});
const happened = sectionsOf(machine.printed);

describe.skipIf(machine.skipped !== "")(`in a container's namespaces${machine.skipped}`, () => {
  test("its user is made without complaint, and nothing but its state can be written", () => {
    expect(happened["run"]).toBe("");
    expect(happened["read-only"]?.match(/Read-only file system/g)).toHaveLength(2);
  });

  test("it is healthy once it answers, and not before", () => {
    expect(happened["before"]).toBe("1\n");
    expect(happened["healthy"]).toContain("kill switch  off");
  });

  test("it serves whoever has a token", () => {
    expect(happened).toMatchObject(USED);
  });

  test("it ends with its signal", () => {
    expect(happened["end of it"]).toBe("0\n");
  });
});
