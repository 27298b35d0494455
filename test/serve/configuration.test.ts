/** The configuration file: checked, taken, read again. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { type Agent, AgentWorld } from "../support/agent.ts";

setDefaultTimeout(60_000);

const ALLOW = "permit(principal, action, resource);";
const OPEN = 'DirConfig().path("/usr").build().open(OpenDirOptions().build()); "opened"';

let world: AgentWorld;
beforeEach(() => {
  world = new AgentWorld();
});
afterEach(() => world.remove());

const run = async (body: object) => (await world.ask("POST", "/v1/runs", body)).body;

describe("config check", () => {
  const check = (text: string, ...options: string[]) => {
    const path = world.file("remit.toml", text);
    const { status, stdout, stderr } = world.callPlain("config", "check", path, ...options);
    return { status, stdout: stdout.replaceAll(path, "FILE"), stderr };
  };

  test("of a file that can be used", () => {
    expect(check("[limits]\nwarm = 0\n")).toEqual({
      status: 0,
      stdout: "FILE: nothing found\n",
      stderr: "",
    });
    expect(JSON.parse(check("[limits]\nwarm = 0\n", "--json").stdout)).toMatchObject({
      file: "FILE",
      faults: [],
      configuration: { limits: { warm: 0, queue: 64 }, log: { level: "info" } },
    });
  });

  test("tells all faults with their places", () => {
    const wrong = '[limits]\nwram = 1\nqueue = "many"\n';
    expect(check(wrong)).toEqual({
      status: 1,
      stdout:
        "FILE:3:1: limits.queue: Invalid input: expected number, received string\n" +
        "FILE:2:1: unknown key 'limits.wram'; did you mean 'warm'?\n",
      stderr: "",
    });
    expect(JSON.parse(check(wrong, "--json").stdout).faults[1]).toEqual({
      message: "unknown key 'limits.wram'; did you mean 'warm'?",
      position: { line: 2, column: 1 },
    });
  });

  test("of none", () => {
    expect(world.callPlain("config", "check", "/nowhere")).toMatchObject({
      status: 1,
      stdout: "/nowhere: No such file or directory (os error 2)\n",
    });
  });
});

describe("at the start", () => {
  test("what the file says holds, and the command line wins", async () => {
    const policy = world.file("p.cedar", ALLOW);
    const socket = join(world.path, "other.sock");
    const config = world.file(
      "remit.toml",
      `state = "${world.path}/unused"\nsocket = "${socket}"\npolicy = "${policy}"\nlisten = "127.0.0.1:1"
      [limits]\ntimeout_ms = 300\nwarm = 0\n[log]\nlevel = "error"`,
    );
    const agent = await world.start("--config", config, "--socket", world.socket, "--listen", "127.0.0.1:0");
    expect(agent.said).toMatch(/takes scripts at .*\/state\/remit\.sock and http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(agent.said).not.toContain("http://127.0.0.1:1\n");
    expect(await run({ script: OPEN })).toMatchObject({ output: "opened" });
    expect((await run({ script: "loop { }" })).error.limit).toBe("timeMs");
    const logged = await run({ script: 'warn("w"); error("e");' });
    expect(logged.logs.map(({ attributes }: { attributes: { level: string } }) => attributes.level)).toEqual([
      "ERROR",
    ]);
  });

  test("a file that cannot be used keeps the agent from starting", async () => {
    const agent = world.spawn("--config", world.file("remit.toml", "lisen = 1"));
    expect(await agent.ended).toEqual({ code: 1, signal: null });
    expect(agent.said).toBe(
      `error: ${world.path}/remit.toml:1:1: unknown key 'lisen'; did you mean 'listen'?\n`,
    );
  });

  test("so does one that everybody may write to", async () => {
    const config = world.file("remit.toml", "");
    chmodSync(config, 0o666);
    const agent = world.spawn("--config", config);
    expect(await agent.ended).toEqual({ code: 1, signal: null });
    expect(agent.said).toContain("everybody may write to the file");
  });

  test("a policy that cannot be used is named, with the place of the fault", async () => {
    const path = world.file("bad.cedar", "permit(principal, action, resource);\npermit(principal action);");
    const agent = world.spawn("--policy", path);
    expect(await agent.ended).toEqual({ code: 1, signal: null });
    expect(agent.said).toBe(`error: ${path}: line 2, column 18: unexpected token \`action\`\n`);
  });

  test("what cannot work in a policy is told, and all else of it holds", async () => {
    const wrong = `${ALLOW}\nforbid(principal, action == file_system::Action::"opne", resource);`;
    const path = world.file("p.cedar", wrong);
    const agent = await world.start("--policy", path);
    await agent.says("it is in force as it is");
    expect(agent.said).toContain(`${path}:2:29: error: unrecognized action \`file_system::Action::"opne"\`;`);
    expect(await run({ script: OPEN })).toMatchObject({ output: "opened" });
    const before = agent.said.length;
    world.file("p.cedar", `permit(principal, action in [systemd::Action::"sart"], resource);`);
    agent.signal("SIGHUP");
    await agent.says("it is in force as it is", before);
    expect(agent.said.slice(before)).toContain(`${path}:1:30: error: unrecognized action`);
    // Of one that is right there is nothing to tell, before what the next one brings.
    const then = agent.said.length;
    for (const text of [ALLOW, wrong]) {
      const now = agent.said.length;
      world.file("p.cedar", text);
      agent.signal("SIGHUP");
      await agent.says("was read again", now);
    }
    await agent.says("it is in force as it is", then);
    expect(agent.said.slice(then).match(/: error: /g)).toHaveLength(1);
  });

  test("a policy that cannot be used does not take the place of the one in force", async () => {
    const first = await world.start("--policy", world.file("p.cedar", ALLOW));
    first.signal("SIGTERM");
    await first.ended;
    const second = world.spawn("--policy", world.file("p.cedar", "permit("));
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.said).toStartWith("error: ");
    await world.start();
    expect(await run({ script: OPEN })).toMatchObject({ output: "opened" });
  });
});

describe("read again on SIGHUP", () => {
  const reload = async (agent: Agent): Promise<string> => {
    const before = agent.said.length;
    agent.signal("SIGHUP");
    await agent.says(/was read again|stay as they were/, before);
    return agent.said.slice(before);
  };
  const configure = (text: string): string => world.file("remit.toml", text);

  test("a policy, also for a run that goes on", async () => {
    const policy = world.file("p.cedar", ALLOW);
    const agent = await world.start("--config", configure(`policy = "${policy}"`));
    const script = `${OPEN}; sleep(2); ${OPEN}`;
    const running = run({ script });
    world.file("p.cedar", 'forbid(principal, action == file_system::Action::"open", resource);');
    await Bun.sleep(300);
    expect(await reload(agent)).toMatch(/^the configuration was read again; the policy is [0-9a-f]{16}\n$/);
    expect((await running).error.error_type).toBe("ACCESS_DENIED_EXCEPTION");
    world.file("p.cedar", ALLOW);
    await reload(agent);
    expect(await run({ script: OPEN })).toMatchObject({ output: "opened" });
    expect(world.records().filter(({ act }) => act === "policy").length).toBe(3);
  });

  test("limits and levels", async () => {
    const agent = await world.start("--config", configure(""));
    expect(await run({ script: "sleep(1); 1" })).toMatchObject({ output: "1" });
    configure('[limits]\ntimeout_ms = 200\nwait_ms = 1000\nwarm = 0\n[log]\nlevel = "error"');
    await reload(agent);
    const { error, logs } = await run({ script: 'warn("w"); loop { }' });
    expect(error.limit).toBe("timeMs");
    expect(logs).toEqual([]);
  });

  test("what a start decides stays, and that is said", async () => {
    const agent = await world.start("--config", configure(""));
    configure('listen = "127.0.0.1:7077"\n[limits]\ntimeout_ms = 200');
    expect(await reload(agent)).toContain("listen changes when remit serve is started anew\n");
    expect((await run({ script: "loop { }" })).error.limit).toBe("timeMs");
    expect(await reload(agent)).toContain("listen changes when remit serve is started anew\n");
  });

  for (const [what, file, text] of [
    ["a file that cannot be used", "remit.toml", "[limits]\ntimeout_ms = 0"],
    ["a policy that cannot be used", "p.cedar", "permit("],
    [
      "a policy of a thousand parentheses",
      "p.cedar",
      `permit(principal, action, resource) when { ${"(".repeat(1000)}`,
    ],
  ] as const) {
    test(`${what} changes nothing`, async () => {
      const policy = world.file("p.cedar", ALLOW);
      const agent = await world.start(
        "--config",
        configure(`policy = "${policy}"\n[limits]\ntimeout_ms = 5000`),
      );
      world.file(file, text);
      expect(await reload(agent)).toMatch(
        /^error: [\s\S]+\nthe configuration and the policy stay as they were\n$/,
      );
      expect(await run({ script: OPEN })).toMatchObject({ output: "opened" });
      world.file("p.cedar", `${ALLOW} // changed`);
      configure(`policy = "${policy}"`);
      expect(await reload(agent)).toContain("was read again");
    });
  }

  test("a hundred times in a row", async () => {
    const policy = world.file("p.cedar", ALLOW);
    const agent = await world.start("--config", configure(`policy = "${policy}"`));
    for (let i = 0; i < 100; i++) agent.signal("SIGHUP");
    expect(await run({ script: OPEN })).toMatchObject({ output: "opened" });
    await reload(agent);
    expect(agent.said).not.toContain("error");
  });
});
