/** The commands that speak with a running agent. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

/** Opens below /usr, and below /etc when somebody approves. */
const POLICY = `
@id("usr") permit(principal, action, resource in file_system::Dir::"/usr");
@id("etc") @approval("to look at the settings") permit(principal, action, resource in file_system::Dir::"/etc");
@id("never") forbid(principal, action, resource in file_system::Dir::"/etc/ssl");`;

const open = (path: string): string =>
  `DirConfig().path("${path}").build().open(OpenDirOptions().build()); "opened"`;

const world = new AgentWorld();
beforeAll(async () => {
  await world.start("--policy", world.file("p.cedar", POLICY));
});
afterAll(() => world.remove());

describe("status", () => {
  test("for people, and for programs", () => {
    const { status, stdout } = world.call("status");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^remit \S+ at .*\npolicy +[0-9a-f]{16}\nkill switch {2}off\nruns +0 running, 0 waiting\n$/,
    );
    expect(JSON.parse(world.call("status", "--json").stdout)).toMatchObject({ killed: false, running: 0 });
  });

  test("where there is no agent", () => {
    expect(world.call("status", "--socket", "/nowhere")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "error: nothing answers at /nowhere\n",
    });
  });

  test("without a token that is the agent's", () => {
    expect(world.call("status", "--token-file", world.file("wrong", "remit_wrong")).stderr).toContain(
      "no token of this agent",
    );
    const shown = world.file("shown", world.token());
    chmodSync(shown, 0o644);
    expect(world.call("status", "--token-file", shown)).toMatchObject({
      status: 1,
      stderr: `error: the token cannot be read: ${shown}: the file is open to everybody (mode 644; chmod o= takes that away) (--token-file names another)\n`,
    });
    chmodSync(shown, 0o640);
    expect(world.call("status", "--token-file", shown).status).toBe(0);
    expect(world.call("status", "--token-file", "/nowhere")).toMatchObject({
      status: 1,
      stderr:
        "error: the token cannot be read: /nowhere: No such file or directory (os error 2) (--token-file names another)\n",
    });
  });
});

describe("tokens", () => {
  test("are known at once, with what was asked for, and void at once", async () => {
    const { stdout, status } = world.call(
      ...["token", "create", "bot-1", "--scope", "read", "--autonomy", "3", "--group", "a", "--group", "b"],
    );
    expect(status).toBe(0);
    const token = stdout.trim();
    expect(token).toMatch(/^remit_[A-Za-z0-9_-]{43}$/);
    expect(await world.ask("GET", "/v1/status", undefined, token)).toMatchObject({ status: 200 });
    expect(await world.ask("POST", "/v1/runs", { script: "1" }, token)).toMatchObject({
      status: 403,
      body: { code: "scope_missing" },
    });
    const list = world.call("token", "list", "--json").stdout;
    expect(list).not.toContain(token);
    expect(JSON.parse(list)).toMatchObject([
      { name: "administrator", scope: "admin" },
      { name: "bot-1", scope: "read", autonomy: 3, groups: ["a", "b"] },
    ]);
    expect(world.call("token", "list").stdout).toMatch(/\nbot-1 +read +autonomy 3 .* a,b\n$/);
    expect(world.call("token", "revoke", "bot-1")).toMatchObject({ status: 0, stdout: "bot-1 is void\n" });
    expect(await world.ask("GET", "/v1/status", undefined, token)).toMatchObject({
      status: 401,
      body: { code: "token_unknown" },
    });
    const acts = world.records().filter(({ act }) => `${act}`.startsWith("token_"));
    expect(acts).toMatchObject([
      { act: "token_create", details: { name: "administrator", scope: "admin", autonomy: 4, groups: "" } },
      { act: "token_create", details: { name: "bot-1", scope: "read", autonomy: 3, groups: "a,b" } },
      { act: "token_revoke", details: { name: "bot-1" } },
    ]);
    expect(statSync(join(world.state, "tokens.json")).mode & 0o777).toBe(0o600);
  });

  test("run scripts and ask, unless something else is said", () => {
    world.call("token", "create", "plain");
    const [, plain] = JSON.parse(world.call("token", "list", "--json").stdout);
    expect(plain).toMatchObject({ name: "plain", scope: "run", autonomy: 1, groups: [] });
    world.call("token", "revoke", "plain");
  });

  test("of one name there is one", () => {
    const { status, stderr } = world.call("token", "create", "administrator");
    expect(status).toBe(1);
    expect(stderr).toStartWith("error: there is a token administrator already");
    expect(world.call("status").status).toBe(0);
  });

  test("that are not there cannot be revoked", () => {
    expect(world.call("token", "revoke", "nobody\u001b[0m")).toMatchObject({
      status: 1,
      stderr: 'error: there is no token "nobody\\u001b[0m" (remit token list shows them)\n',
    });
  });

  for (const name of ["", "-x", "a b", 'a"', "a\n", "x".repeat(65), "../a", "ä"]) {
    test(`are not called ${JSON.stringify(name)}`, () => {
      const { status, stderr } = world.call("token", "create", `--group=${name}`, "fine");
      expect(status).toBe(2);
      expect(stderr).toContain("is no value of --group NAME");
    });
  }

  test("made at the same time are all kept", async () => {
    const names = Array.from({ length: 6 }, (_, index) => `at-once-${index}`);
    const made = await Promise.all(names.map((name) => world.begin("token", "create", name).ended));
    expect(made.map(({ status }) => status)).toEqual(names.map(() => 0));
    const known = JSON.parse(world.call("token", "list", "--json").stdout).map(
      ({ name }: { name: string }) => name,
    );
    expect(known).toEqual(expect.arrayContaining(names));
    for (const name of names) world.call("token", "revoke", name);
  });
});

describe("approvals", () => {
  const approvals = () => JSON.parse(world.call("approvals", "--json").stdout);

  for (const [answer, output] of [
    ["approve", "opened"],
    ["deny", ""],
  ] as const) {
    test(`${answer}: the run goes on accordingly`, async () => {
      const { ended } = world.begin("run", "--agent", "-e", open("/etc"));
      await until(() => approvals().length === 1, "the approval");
      const [{ id }] = approvals();
      const { stdout } = world.call("approvals");
      expect(stdout).toContain(`${id}\n  Agent::"administrator" wants file_system::Action::"open" on `);
      expect(stdout).toContain("  for: to look at the settings\n");
      expect(world.call("approvals", answer, id).status).toBe(0);
      expect(JSON.parse((await ended).stdout).output).toBe(output);
      expect(world.call("approvals").stdout).toBe("nothing waits\n");
      expect(world.call("approvals", answer, id)).toMatchObject({ status: 1, stdout: "" });
    });
  }

  test("need an id", () => {
    expect(world.call("approvals", "approve").stderr).toStartWith("error: ID is missing\n");
    expect(world.call("approvals", "aprove", "x").stderr).toContain("unexpected argument 'aprove'");
  });
});

test("denials, the latest first", () => {
  world.call("run", "--agent", "-e", open("/proc"));
  world.call("run", "--agent", "-e", open("/etc/ssl"));
  const [latest, before] = world.call("denials", "--limit", "2").stdout.split("\n");
  expect(latest).toContain('on file_system::Dir::"/etc/ssl" (forbidden, never)');
  expect(before).toContain('on file_system::Dir::"/proc" (not_permitted)');
  expect(JSON.parse(world.call("denials", "--limit", "1", "--json").stdout)).toMatchObject([
    { resource: { id: "/etc/ssl" }, policies: ["never"] },
  ]);
  expect(world.call("denials", "--limit", "0").status).toBe(2);
});

test("the first start makes an administrator's token, also when there are others", async () => {
  const other = new AgentWorld();
  try {
    other.call("token", "create", "early");
    const agent = await other.start();
    expect(other.call("status").status).toBe(0);
    agent.signal("SIGTERM");
    await agent.ended;
    // Revoked by somebody who wants none.
    other.call("token", "revoke", "administrator");
    const again = await other.start();
    expect(other.call("status").status).toBe(1);
    again.signal("SIGTERM");
    await again.ended;
    rmSync(join(other.state, "token"));
    await other.start();
    expect(other.call("status").status).toBe(0);
  } finally {
    await other.remove();
  }
});

describe("commands of two words", () => {
  for (const [line, message] of [
    ["token", "'token' takes create, list, revoke"],
    ["token creat x", "'token' takes create, list, revoke, not 'creat'; did you mean 'create'?"],
    ["token create", "NAME is missing"],
    ["config", "'config' takes check"],
    ["help token nothing", "'token' takes create, list, revoke, not 'nothing'"],
  ] as const) {
    test(line, () => {
      const { status, stderr, stdout } = world.callPlain(...line.split(" "));
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toStartWith(`error: ${message}\n`);
    });
  }

  test("have help, each and together", () => {
    expect(world.callPlain("help", "token", "create").stdout).toContain("Usage: remit token create NAME");
    expect(world.callPlain("token", "create", "--help").stdout).toBe(
      world.callPlain("help", "token", "create").stdout,
    );
    const group = world.callPlain("help", "token").stdout;
    for (const name of ["create NAME", "list", "revoke NAME"]) {
      expect(group).toContain(`Usage: remit token ${name}`);
    }
    expect(world.callPlain("token", "--help")).toMatchObject({ status: 0, stdout: group, stderr: "" });
    expect(world.callPlain("tokens", "--help").status).toBe(2);
  });
});
