import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Value } from "rhai-wasm";
import type { AuthorizationRequest } from "../../../policy/types.ts";
import { caller, messageOf, testRun, thrownBy } from "../../testing.ts";
import { CoreDump } from "./core-dump.ts";
import { coreDumpNamespaces, TracedProcess } from "./index.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "remit-core-dump-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const call = caller(coreDumpNamespaces);
const path = (name: string) => join(root, name);
const executable = path("crash");
const core = path("core");
writeFileSync(executable, "an executable");
writeFileSync(core, "a core");

/** A program in gdb's place, with a link to it: a shell script, which finds its arguments in `$@`. */
function standIn(name: string, script: string): string {
  writeFileSync(path(`${name}.real`), `#!/bin/sh\n${script}\n`);
  chmodSync(path(`${name}.real`), 0o755);
  symlinkSync(`${name}.real`, path(name));
  return path(name);
}
const debuggerOf = (name: string, script: string) => new CoreDump(executable, core, standIn(name, script));

const backtracer = debuggerOf(
  "gdb",
  `case "$*" in *"-ex=bt 10000 "*) ;; *) exit 1;; esac
echo 'Thread 2 (LWP 8):'
echo '#0  0x1 in wait () from /lib/libc.so.6'
echo 'Thread 1 (LWP 7):'
echo '#0  0x2 in main (argc=1) at main.c:3'`,
);

/** Requests without the numbers of this process. */
const CHECKS = [
  `file_system.open file_system::Dir::${root}`,
  `file_system.open file_system::File::${path("gdb")}`,
  `file_system.open file_system::File::${path("gdb.real")}`,
  `file_system.open file_system::Dir::${root}`,
  `file_system.open file_system::File::${executable}`,
  `file_system.read file_system::File::${executable}`,
  `file_system.open file_system::Dir::${root}`,
  `file_system.open file_system::File::${core}`,
  `file_system.read file_system::File::${core}`,
  `file_system.execute file_system::File::${path("gdb.real")}`,
];

describe("a backtrace", () => {
  test("has threads with their frames, as objects and as maps", () => {
    const run = testRun();
    const trace = call(run, "backtrace", backtracer);
    expect(trace).toBeInstanceOf(TracedProcess);
    expect(call(run, "pid", trace)).toBe(7n);
    const [main = null, other = null] = call(run, "threads", trace) as Value[];
    expect([call(run, "id", main), call(run, "tid", main), call(run, "id", other)]).toEqual([1n, 7n, 2n]);
    const [frame = null] = call(run, "frames", main) as Value[];
    const map = new Map<string, Value>([
      ["frame_number", 0n],
      ["function_name", "main"],
      ["instruction_ptr", "0x2"],
      ["source", "main.c"],
      ["line_number", 3n],
    ]);
    for (const [name, value] of map) expect(call(run, name, frame)).toBe(value);
    expect(call(run, "to_map", frame)).toEqual(map);
    const process = call(run, "to_map", trace) as Map<string, Value>;
    const threads = process.get("threads") as Map<string, Value>[];
    expect(process.get("pid")).toBe(7n);
    expect(threads[0]?.get("frames")).toEqual([map]);
    const library = threads[1]?.get("frames") as Map<string, Value>[];
    expect([library[0]?.get("source"), library[0]?.get("line_number")]).toEqual(["/lib/libc.so.6", null]);
  });

  test("asks for all that is opened, then for what is executed with its arguments", () => {
    const requests: AuthorizationRequest[] = [];
    const run = testRun((request) => requests.push(request) > 0);
    const dump = new CoreDump(executable, core, path("gdb"));
    call(run, "backtrace", dump);
    expect(run.asked).toEqual(CHECKS);
    const [args] = requests.at(-1)?.context?.entities ?? [];
    expect(args?.attributes).toEqual({
      keys: [],
      flags: ["-batch", "-nx", "-ex=bt 10000"],
      positional_values: [
        expect.stringMatching(/^\/proc\/\d+\/fd\/\d+$/),
        expect.stringMatching(/^\/proc\/\d+\/fd\/\d+$/),
      ],
    });
    dump.release();
  });

  test("keeps what it has opened, but asks for each execution", () => {
    const run = testRun();
    const dump = new CoreDump(executable, core, path("gdb"));
    for (let count = 0; count < 3; count++) call(run, "backtrace", dump);
    expect(run.asked).toEqual([...CHECKS, ...CHECKS.slice(-1), ...CHECKS.slice(-1)]);
    dump.release();
  });

  for (const check of new Set(CHECKS)) {
    test(`is denied without ${check.replace(root, "")}`, () => {
      const run = testRun(({ action, resource }) => `${action} ${resource.type}::${resource.id}` !== check);
      const [action = "", resource] = check.split(" ");
      const dump = new CoreDump(executable, core, path("gdb"));
      expect(messageOf(() => call(run, "backtrace", dump))).toEndWith(
        `unauthorized to perform file_system::Action::"${action.replace("file_system.", "")}" for ${resource}`,
      );
      expect(run.asked.at(-1)).toBe(check);
      dump.release();
    });
  }

  test("of what is no executable, or no core", () => {
    const wrong = debuggerOf("wrong", `echo '"x": not in executable format: file format not recognized' >&2`);
    expect(messageOf(() => call(testRun(), "backtrace", wrong))).toBe(`Invalid executable: ${executable}`);
    const silent = debuggerOf("silent", "exit 1");
    expect(messageOf(() => call(testRun(), "backtrace", silent))).toBe(
      `Unable to parse trace for executable ${executable} and core file ${core}`,
    );
  });
});

describe("variables", () => {
  test("are those that the frame has", () => {
    const dump = debuggerOf(
      "printer",
      `for argument; do case "$argument" in
-ex=echo*) printf '%b' "\${argument#-ex=echo }";;
-ex=p\\ x) echo '$1 = 42';;
esac; done`,
    );
    const expected = new Map([["x", "42"]]);
    expect(call(testRun(), "get_variables", dump, 0n, ["missing", "x"])).toEqual(expected);
    expect(call(testRun(), "get_variables", dump, 1n, 0n, ["x"])).toEqual(expected);
  });

  test("are asked of the frame and the thread that were given", () => {
    const flags = (...args: Value[]): unknown => {
      const requests: AuthorizationRequest[] = [];
      const run = testRun((request) => requests.push(request) > 0);
      call(run, "get_variables", debuggerOf(`arguments${args.length}`, "exit 0"), ...args);
      return requests.at(-1)?.context?.entities[0]?.attributes["flags"];
    };
    expect(flags(3n, ["x"])).toEqual(["-batch", "-nx", "-ex=f 3", "-ex=echo variable 0\\n", "-ex=p x"]);
    expect(flags(2n, 3n, [])).toEqual(["-batch", "-nx", "-ex=thread 2", "-ex=f 3"]);
  });

  test("are refused before anything is asked where they are none, or their frame is", () => {
    const run = testRun();
    const dump = new CoreDump(executable, core);
    const refusal = (...args: Value[]) => messageOf(() => call(run, "get_variables", dump, ...args));
    const converted = (name: string) =>
      `Parameter '${name}' conversion failed: out of range integral type conversion attempted`;
    expect(refusal(-1n, [])).toBe(converted("frame_number"));
    expect(refusal(2n ** 32n, 0n, [])).toBe(converted("thread_id"));
    expect(refusal(0n, [5.5])).toBe("The name of a variable must be a string");
    expect(refusal(0n, ['$_shell("id")'])).toStartWith("Invalid arguments: not the name of a variable");
    expect(run.asked).toEqual([]);
  });

  test("are denied with the execution", () => {
    const run = testRun(({ action }) => action !== "file_system.execute");
    const dump = new CoreDump(executable, core, path("gdb"));
    expect(messageOf(() => call(run, "get_variables", dump, 0n, ["x"]))).toContain('Action::"execute"');
    dump.release();
  });

  test("take no more than the arguments of a program", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `variable${index}`);
    expect(messageOf(() => call(testRun(), "get_variables", backtracer, 0n, names))).toBe(
      "limit executeArgumentBytes exceeded: at most 131072",
    );
  });
});

describe("paths", () => {
  const message = (executable: string, core: string) =>
    messageOf(() => call(testRun(), "backtrace", new CoreDump(executable, core, path("gdb"))));

  test("that are not there, or links", () => {
    expect(message(path("absent"), core)).toBe("No such file or directory (os error 2)");
    symlinkSync("core", path("link"));
    expect(message(executable, path("link"))).toBe(
      `File error: file is a symbolic link but follow_symlinks is not enabled: ${path("link")}`,
    );
  });

  test("without a name", () => {
    for (const path of ["", "/", "//."]) {
      expect(message(path, core)).toBe("Invalid path: File has no parent directory");
    }
    for (const path of ["/tmp/..", "."]) expect(message(path, core)).toBe("Invalid path: Invalid file name");
    expect(message("relative", core)).toBe("Path is not absolute ");
  });

  test("are all that a dump is made of", () => {
    const run = testRun(() => false);
    const dump = call(run, "CoreDump", "/nowhere", "relative");
    expect(call(run, "to_map", dump)).toEqual(
      new Map([
        ["exe_path", "/nowhere"],
        ["core_dump_path", "relative"],
      ]),
    );
    expect(run.asked).toEqual([]);
  });
});

test("gdb itself, or that it is not there", () => {
  const dump = call(testRun(), "CoreDump", executable, core);
  const failure = thrownBy(() => call(testRun(), "backtrace", dump)) as Map<string, Value>;
  if (!existsSync("/usr/bin/gdb")) {
    expect(failure.get("message")).toBe("No such file or directory (os error 2)");
    return;
  }
  expect(failure.get("message")).toBe(`Invalid executable: ${executable}`);
  // Constants need no core.
  expect(call(testRun(), "get_variables", dump, 0n, ["no_such_variable", "20 + 22", 5n])).toEqual(
    new Map([
      ["20 + 22", "42"],
      ["5", "5"],
    ]),
  );
});
