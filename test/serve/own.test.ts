/** What is the agent's own, under a policy that permits everything: rows 23, 44 and 55 of the attacks. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Agent, AgentWorld } from "../support/agent.ts";
import { executable } from "../support/executable.ts";
import { tar } from "../support/tar.ts";

setDefaultTimeout(60_000);

const world = new AgentWorld(join("/tmp", `remit-own-${process.pid}`, "bin/remit"));
const bin = join("/tmp", `remit-own-${process.pid}`, "bin");
const data = join(world.path, "data");
const config = join(world.path, "etc/remit.toml");
const policy = join(world.path, "etc/policy.cedar");
let agent: Agent;
let port = 0;
let redirecting: Server;

beforeAll(async () => {
  for (const path of [bin, data, join(world.path, "etc")]) mkdirSync(path, { recursive: true });
  copyFileSync(executable(), join(bin, "remit"));
  world.file("etc/remit.toml", "[limits]\ntimeout_ms = 20_000\n");
  world.file("etc/policy.cedar", "permit(principal, action, resource);");
  port = await freePort();
  redirecting = createServer((_, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${port}/healthz` }).end(),
  ).listen(0, "127.0.0.1");
  agent = await world.start("--config", config, "--policy", policy, "--listen", `127.0.0.1:${port}`);
});
afterAll(async () => {
  redirecting.close();
  await world.remove();
  rmSync(join(bin, ".."), { recursive: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcpServer().listen(0, "127.0.0.1", () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => resolve(free));
    });
  });
}

interface Denial {
  readonly action: string;
  readonly policies: readonly string[];
}
interface View {
  readonly status: string;
  readonly output: string;
  readonly error?: { readonly message: string };
  readonly denials: readonly Denial[];
}
const run = async (script: string): Promise<View> => (await world.ask("POST", "/v1/runs", { script })).body;

/** All that could have been harmed. */
const own = (): readonly unknown[] => [
  ...["token", "tokens.json", "policy.cedar", "control"].map((name) =>
    readFileSync(join(world.state, name), "hex"),
  ),
  readdirSync(world.state).includes("remit.sock"),
  ...[config, policy].map((path) => readFileSync(path, "utf8")),
  readdirSync(join(world.path, "etc")),
  readdirSync(bin),
];
let before: readonly unknown[];
beforeAll(() => {
  before = own();
});
afterEach(() => {
  expect(own()).toEqual(before);
  expect(process.kill(agent.pid, 0)).toBe(true);
});

/** Denied, by one of the agent's own policies, which the answer names. */
async function forbidden(script: string, id: string | RegExp): Promise<void> {
  const { status, output, denials, error } = await run(script);
  expect([status, output, error?.message]).toEqual(["ERROR", "", expect.stringMatching(/unauthorized/)]);
  expect(denials.flatMap(({ policies }) => policies)).toContainEqual(
    typeof id === "string" ? id : expect.stringMatching(id),
  );
}
const allowed = async (script: string): Promise<string> => {
  const { status, output, denials, error } = await run(script);
  expect([status, denials, error?.message]).toEqual(["SUCCESS", [], undefined]);
  return output;
};

const open = (path: string): string =>
  `DirConfig().path("${path}").build().open(OpenDirOptions().follow_symlinks(true).build())`;
const state = world.state;

describe("the state directory", () => {
  test.each([
    ["the token is read", `cat("${state}/token")`],
    ["another spelling of its path", `cat("${world.path}//state/./token")`],
    ["searched", `grep("remit", "${state}/tokens.json")`],
    ["listed", `ls("${state}")`],
    ["copied", `cp("${state}/token", "${data}/token")`],
    ["packed", `${open(state)}.open_file("token", OpenFileOptions().read(true).build())`],
    ["the switch is written", `write("${state}/control", "")`],
    ["the policy is written", `write("${state}/policy.cedar", "permit(principal, action, resource);")`],
    ["the decision log is cut", `write("${state}/decisions.00000001.jsonl", "")`],
    ["a file is made in it", `write("${state}/candidate.cedar", "")`],
    ["its mode is changed", `${open(state)}.chmod(ChmodDirOptions().permissions(0o777).build())`],
    ["removed", `rm([rm::recursive], "${state}")`],
  ])("%s", (_, script) => forbidden(script, "remit:state"));

  test.each([
    ["what is above it is removed", `rm([rm::recursive], "${world.path}")`],
    ["a file takes its place", `write("${data}/a", ""); mv("${data}/a", "${state}/token")`],
    [
      "it is moved",
      `${open(world.path)}.move(${open(state)}, ${open(data)}, "moved", MoveOptions().build())`,
    ],
    [
      "what is above it is moved",
      `let above = ${open(join(world.path, ".."))}; above.move(${open(world.path)}, above, "moved", MoveOptions().build())`,
    ],
    [
      "a link leads to it",
      `${open(data)}.create_symlink("${state}", "link", CreateSymlinkOptions().build()); cat("${data}/link/token")`,
    ],
    ["the switch of its mount", `unmount(UnmountOptions().path("${state}").build())`],
  ])("%s", (_, script) => forbidden(script, /^remit:(state|keep:)/));

  test("through what the kernel shows of processes", async () => {
    const descriptors = readdirSync(`/proc/${agent.pid}/fd`).filter((fd) =>
      readlinkSync(`/proc/${agent.pid}/fd/${fd}`).startsWith(state),
    );
    expect(descriptors.length).toBeGreaterThan(0);
    for (const path of [
      ...descriptors.map((fd) => `/proc/${agent.pid}/fd/${fd}`),
      `/proc/${agent.pid}/root${state}/token`,
      `/proc/self/root${state}/token`,
    ]) {
      const { status, output } = await run(
        `let d = ${open(dirname(path))};
         d.open_file("${basename(path)}", OpenFileOptions().read(true).follow_symlinks(true).build()).read()`,
      );
      expect([path, status, output]).toEqual([path, "ERROR", ""]);
    }
    await forbidden(`cat("/proc/${agent.pid}/mem")`, "remit:memory");
    await forbidden(`write("/proc/self/mem", "x")`, "remit:memory");
  });

  test("an archive is unpacked over it", async () => {
    const entry = { path: "token", type: "file", mode: 0o600, mtime: 0, target: "" } as const;
    const pack = (name: string, path: string) =>
      writeFileSync(join(data, name), gzipSync(tar([{ ...entry, path, content: Buffer.from("x") }])));
    pack("a.tar.gz", "token");
    pack("b.tar.gz", "state/token");
    const unpack = (name: string, to: string) =>
      run(`${open(data)}.open_file("${name}", OpenFileOptions().read(true).build())
        .extract_archive(${open(to)}, ExtractArchiveOptions().build()); 1`);
    expect((await unpack("a.tar.gz", state)).denials[0]?.policies).toEqual(["remit:state"]);
    // Left out with a warning, as everything that is denied in an archive.
    expect((await unpack("b.tar.gz", world.path)).denials[0]?.policies).toEqual(["remit:state"]);
    expect((await unpack("a.tar.gz", data)).denials).toEqual([]);
    expect(readFileSync(join(data, "token"), "utf8")).toBe("x");
  });

  test("what lies beside it is the policy's matter", async () => {
    expect(await allowed(`write("${data}/mine", "mine"); cat("${data}/mine")`)).toBe("mine");
    await allowed(`mkdir("${world.path}/statement"); rm([rm::recursive], "${world.path}/statement")`);
    await allowed(`ls("${world.path}").len()`);
  });
});

describe("configuration, policy and executable", () => {
  test.each([config, policy, join(bin, "remit")])(
    "%s is not written, moved, replaced or removed",
    async (path) => {
      for (const script of [
        `write("${path}", "")`,
        `rm("${path}")`,
        // An executable that runs cannot be opened to be written, which `mv` does first.
        ...(dirname(path) === bin ? [] : [`mv("${path}", "${data}/moved")`]),
        `write("${data}/a", ""); mv("${data}/a", "${path}")`,
        `write("${data}/a", ""); cp("${data}/a", "${path}")`,
        `${open(dirname(path))}.open_file("${basename(path)}", OpenFileOptions().read(true).build()).chmod(0o777)`,
        `${open(dirname(path))}.create_symlink("x", "${basename(path)}", CreateSymlinkOptions().force(true).build())`,
      ])
        await forbidden(script, `remit:keep:${path}`);
      await allowed(`tail([tail::n(1)], "${config}").len()`);
    },
  );

  test("a configuration that is not there is not made, nor what it would lie in", async () => {
    // Root's, whoever looks for it: the tests must not make it, either.
    if (process.getuid?.() !== 0 || existsSync("/etc/remit")) return;
    await forbidden('mkdir("/etc/remit")', "remit:keep:/etc/remit/");
    await forbidden(
      `${open("/etc")}.create_symlink("${data}", "remit", CreateSymlinkOptions().build())`,
      "remit:keep:/etc/remit",
    );
    await forbidden(
      `mkdir("${data}/remit"); ${open(data)}.move(${open(`${data}/remit`)}, ${open("/etc")}, "remit", MoveOptions().build())`,
      "remit:keep:/etc/remit/",
    );
    expect(existsSync("/etc/remit")).toBe(false);
  });

  test("the executable is an interpreter, and no script's", async () => {
    const execute = (directory: string, name: string, argument = "version") => `
      ${open(directory)}.open_file("${name}", OpenFileOptions().read(true).follow_symlinks(true).build())
        .execute(ExecuteOptions().args(["${argument}"]).build()).exit_code`;
    await forbidden(execute(bin, "remit"), "remit:executable");
    await allowed(`${open(data)}.create_symlink("${bin}/remit", "rex", CreateSymlinkOptions().build())`);
    await forbidden(execute(data, "rex"), "remit:executable");
    // Not by what the kernel shows of the process either.
    const { status, output } = await run(execute(`/proc/${agent.pid}`, "exe"));
    expect([status, output]).toEqual(["ERROR", ""]);
    expect(await allowed(execute("/usr/bin", "true"))).toBe("0");
  });
});

describe("processes", () => {
  const runner = (): string => {
    const [pid] = readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, "utf8").split(" ");
    return pid ?? "";
  };
  test("of the agent are not signalled, by number or by name", async () => {
    for (const pid of [String(agent.pid), runner()]) {
      await forbidden(`kill(${pid})`, "remit:process");
      for (const signal of ["SIGHUP", "SIGKILL"])
        await forbidden(
          `ProcessManager().kill(KillOptions().pid(${pid}).signal(Signal::${signal}).build())`,
          "remit:process",
        );
    }
    // By what only the command lines of this agent have: there may be others on the machine.
    const search = `KillOptions().command("${state}").signal(Signal::SIGTERM).build()`;
    const { output, denials, error } = await run(
      `let manager = ProcessManager(); manager.processes(); manager.kill(${search})`,
    );
    expect([output, error?.message]).toEqual(["", expect.stringContaining("No matching processes")]);
    expect(new Set(denials.flatMap(({ policies }) => policies))).toEqual(new Set(["remit:process"]));
  });
  test("of others are the policy's matter", async () => {
    const sleeper = Bun.spawn(["/usr/bin/sleep", "1000"]);
    await allowed(`kill(${sleeper.pid})`);
    await sleeper.exited;
    expect(sleeper.signalCode).toBe("SIGTERM");
  });
});

describe("the own API", () => {
  const hosts = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f.1",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "user@127.0.0.1",
  ];
  test.each(hosts)("is not asked at %s", (host) =>
    forbidden(`curl("http://${host}:${port}/healthz").status`, "remit:api"),
  );
  test("nor by a redirect", () => {
    const { port: other } = redirecting.address() as AddressInfo;
    return forbidden(`curl("http://127.0.0.1:${other}/").status`, "remit:api");
  });
  test("other servers of this machine are", async () => {
    const server = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
    const { port: other } = server.address() as AddressInfo;
    expect(await allowed(`curl("http://127.0.0.1:${other}/").text`)).toBe("here");
    server.close();
  });
  test("its sockets cannot be spoken with", async () => {
    const { status } = await run(`connect("${world.socket}", 1, TransportProtocol::TCP)`);
    expect(status).toBe("ERROR");
  });
});

test("the owner is told that it is so", async () => {
  const resource = { type: "file_system::File", id: join(state, "token") };
  const { body } = await world.ask("POST", "/v1/explain", { action: "file_system.read", resource });
  expect(body).toMatchObject({ decision: "deny", policies: ["remit:state"] });
});
