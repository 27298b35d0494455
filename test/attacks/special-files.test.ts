/** Files that are no files, or that are far too long: each operation ends, with a value or an error that scripts catch. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { surface } from "../../src/sdk/index.ts";
import { executable } from "../support/executable.ts";
import { type HostileCall, scriptOf } from "./surface/calls.ts";
import { CAUGHT, hostileEngine, make, permissive } from "./surface/run.ts";
import { sample } from "./surface/samples.ts";
import { plant } from "./surface/tree.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "remit-special-")));
const tree = join(base, "tree");
const data = join(tree, "data");
/** The special files, made once: a copy of them goes into each new tree. */
const made = join(base, "made");
const root = process.geteuid?.() === 0;
const engine = hostileEngine();

const SOCKET = `require("node:net").createServer().listen("socket", () => process.exit());`;
/** Character devices by their numbers. A user without privileges cannot make them. */
const DEVICES: readonly (readonly string[])[] = root
  ? [
      ["zero", "1", "5"],
      ["full", "1", "7"],
      ["tty", "5", "0"],
    ]
  : [];

beforeAll(() => {
  chmodSync(base, 0o755);
  mkdirSync(join(made, "dir"), { recursive: true });
  const commands = [
    ["mkfifo", "fifo"],
    [process.execPath, "-e", SOCKET],
    ...DEVICES.map(([name = "", ...numbers]) => ["mknod", name, "c", ...numbers]),
  ];
  for (const [command = "", ...args] of commands) spawnSync(command, args, { cwd: made });
  expect([lstatSync(join(made, "fifo")).isFIFO(), lstatSync(join(made, "socket")).isSocket()]).toEqual([
    true,
    true,
  ]);
  writeFileSync(join(made, "sparse"), "x\n");
  truncateSync(join(made, "sparse"), 2 ** 40);
  writeFileSync(join(made, "closed"), "closed", { mode: 0 });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function plantSpecial(): void {
  plant(tree);
  spawnSync("cp", ["-a", "--sparse=always", `${made}/.`, data]);
  chmodSync(data, 0o777);
}

const PATHS: ReadonlySet<string> = new Set(["path", "source", "destination", "exe_path", "core_dump_path"]);
const NAMES: ReadonlySet<string> = new Set(["name", "link_name", "dest_name"]);
const HANDLES: { readonly [type: string]: (name: string) => string } = {
  FileHandle: (name) =>
    `open_dir(DIR).open_file("${name}", OpenFileOptions().read(true).write(true).build())`,
  SymlinkHandle: (name) => `open_dir(DIR).open_symlink("${name}")`,
  DirEntry: (name) => `ls(DIR)["${name}"]`,
  DirConfig: (name) => `DirConfig().path(DIR + "/${name}").build()`,
};
/** They go through every byte, of a terabyte too, until the time of the run is over or the disk is full. */
const THOROUGH: ReadonlySet<string> = new Set([
  "wc",
  "counts",
  "extract_strings",
  "compress_gzip",
  "cp",
  "copy",
]);

/** The calls that take the path, the name or a handle of the file `name`. */
function callsWith(name: string): HostileCall[] {
  return surface.operations.flatMap((operation) => {
    if (name === "sparse" && THOROUGH.has(operation.name)) return [];
    return operation.parameters.flatMap((type, at) => {
      const given = argument(type, operation.parameterNames[at] ?? "", name);
      if (given === undefined) return [];
      const args = operation.parameters.map((_, index) => (index === at ? given : sample(operation, index)));
      const call = `${operation.name}(${args.join(", ")})`;
      return [{ operation, expression: operation.kind === "getter" ? `(${given}).${operation.name}` : call }];
    });
  });
}

function argument(type: string, parameter: string, name: string): string | undefined {
  if (type !== "String") return HANDLES[type]?.(name);
  if (PATHS.has(parameter)) return `DIR + "/${name}"`;
  return NAMES.has(parameter) ? `"${name}"` : undefined;
}

const SPECIAL = [
  "fifo",
  "socket",
  "dir",
  "sparse",
  "dangling",
  "loop",
  ...DEVICES.map(([name = ""]) => name),
];

test.each(SPECIAL)("%s", async (name) => {
  for (const { call, text, changed } of await make(
    engine,
    callsWith(name),
    permissive(tree),
    tree,
    plantSpecial,
  )) {
    if (text === "value") continue;
    expect([call.expression, text, changed]).toEqual([call.expression, expect.stringMatching(CAUGHT), false]);
  }
});

/** Runs the executable, as nobody where there are privileges to give up. */
function run(script: string) {
  copyFileSync(executable(), join(base, "remit"));
  const policy = `permit(principal, action, resource in file_system::Dir::"${tree}");
    permit(principal, action == file_system::Action::"open", resource);`;
  writeFileSync(join(base, "s.rhai"), script);
  writeFileSync(join(base, "p.cedar"), policy);
  const user = root ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
  const [command = "", ...args] = [...user, "./remit", "run", "-s", "s.rhai", "-p", "p.cedar"];
  return spawnSync(command, args, { cwd: base, encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" });
}

test("a file that may not be read, by a user without privileges", () => {
  plantSpecial();
  const { stdout, stderr } = run(`${scriptOf(data, callsWith("closed"))}; "reached"`);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ status: "SUCCESS", output: "reached" });
});

test("a file that grows and shrinks while it is read", () => {
  plantSpecial();
  const path = join(data, "text");
  const loop = `while :; do truncate -s 3M "${path}"; truncate -s 5 "${path}"; echo lines >> "${path}"; done`;
  const changing = spawn("sh", ["-c", loop], { stdio: "ignore" });
  try {
    const reads = [
      'cat(DIR + "/text")',
      'tail(DIR + "/text")',
      'head(DIR + "/text")',
      'grep("l", DIR + "/text")',
    ];
    const handle = 'open_dir(DIR).open_file("text", OpenFileOptions().read(true).build())';
    const calls = [...reads, `${handle}.extract_strings()`, `${handle}.counts()`, 'wc(DIR + "/text")'].map(
      (expression) => ({ expression }),
    );
    const { stdout } = run(`${scriptOf(data, Array.from({ length: 20 }, () => calls).flat())}; "reached"`);
    expect(JSON.parse(stdout)).toMatchObject({ status: "SUCCESS", output: "reached" });
  } finally {
    changing.kill("SIGKILL");
  }
});
