/** `examples/claude-code`: its configurations with the official client, and its skill against what the product says. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { z } from "zod";
import { DENIAL_REASONS } from "../../src/agent/index.ts";
import { LIMITS } from "../../src/platform/limits.ts";
import { PROBLEMS } from "../../src/server/problem.ts";
import { AgentWorld, until } from "../support/agent.ts";
import { executable } from "../support/executable.ts";
import { call } from "../support/mcp.ts";
import { blocks, placed, text } from "./files.ts";

setDefaultTimeout(60_000);

const Stdio = z.strictObject({
  mcpServers: z.strictObject({
    remit: z.strictObject({
      type: z.literal("stdio"),
      command: z.literal("remit"),
      args: z.array(z.string()),
    }),
  }),
});
const Http = z.strictObject({
  mcpServers: z.strictObject({
    remit: z.strictObject({ type: z.literal("http"), url: z.url(), headersHelper: z.string() }),
  }),
});
const SKILL = text("claude-code/skills/remit/SKILL.md");

const world = new AgentWorld();
const home = join(world.path, "home");
/** Here, for what the policy and the skill name. */
const places = {
  "/var/log/edge-agent": join(world.path, "log"),
  "/var/lib/edge-agent/notes": join(world.path, "notes"),
  "/etc/edge-agent": join(world.path, "etc"),
};
let address = "";

beforeAll(async () => {
  for (const place of Object.values(places)) mkdirSync(place);
  writeFileSync(join(world.path, "log/agent.log"), "ERROR no route\nINFO up\nERROR no route\n");
  writeFileSync(join(world.path, "etc/agent.conf"), "level = info\n");
  writeFileSync(join(world.path, "etc/credentials.conf"), "password = secret\n");
  const policy = world.file("policy.cedar", placed(text("claude-code/policy.cedar"), places));
  const agent = await world.start("--policy", policy, "--listen", "127.0.0.1:0");
  address = /http:\/\/(\S+)/.exec(agent.said)?.[1] ?? "";
  mkdirSync(join(home, ".local/state"), { recursive: true });
  mkdirSync(join(home, ".config/remit"), { recursive: true });
  symlinkSync(world.state, join(home, ".local/state/remit"));
  symlinkSync(executable(), join(world.path, "remit"));
  const token = world.call("token", "create", "claude-code", "--autonomy", "2").stdout;
  writeFileSync(join(home, ".config/remit/claude-code.token"), token, { mode: 0o600 });
});
afterAll(() => world.remove());

/** The servers of the configurations, started as Claude Code does. */
const TRANSPORTS = {
  ".mcp.json": () => {
    const { command, args } = Stdio.parse(JSON.parse(text("claude-code/.mcp.json"))).mcpServers.remit;
    const variables: { readonly [name: string]: string } = { HOME: home };
    const expanded = args.map((arg) => arg.replaceAll(/\$\{(\w+)\}/g, (_, name) => variables[name] ?? ""));
    return new StdioClientTransport({ command, args: expanded, env: { PATH: world.path, HOME: home } });
  },
  "http.mcp.json": () => {
    const { url, headersHelper } = Http.parse(JSON.parse(text("claude-code/http.mcp.json"))).mcpServers.remit;
    const env = { PATH: "/usr/bin:/bin", HOME: home };
    const { stdout } = spawnSync("sh", ["-c", headersHelper], { encoding: "utf8", env });
    const headers = z.record(z.string(), z.string()).parse(JSON.parse(stdout));
    return new StreamableHTTPClientTransport(new URL(placed(url, { "127.0.0.1:7077": address })), {
      requestInit: { headers },
    });
  },
} as const;

async function connected<T>(file: keyof typeof TRANSPORTS, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(TRANSPORTS[file]());
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

describe.each(Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[])("%s", (file) => {
  test("the client of its command or address runs scripts as claude-code", () =>
    connected(file, async (client) => {
      expect(await call(client, "run_script", { script: "6 * 7" })).toMatchObject({ output: "42" });
      const denied = await call(client, "run_script", { script: 'cat("/etc/hostname")' });
      expect(denied).toMatchObject({ isError: true, denials: [{ reason: "not_permitted" }] });
      const { stdout } = world.call("denials", "--limit", "1");
      expect(stdout).toContain('Agent::"claude-code"');
    }));
});

test("settings.json permits the tools that there are, and denies those that go around Remit", async () => {
  const { allow, deny } = JSON.parse(text("claude-code/settings.json")).permissions;
  const { tools } = await connected(".mcp.json", (client) => client.listTools());
  expect(allow.toSorted()).toEqual(tools.map(({ name }) => `mcp__remit__${name}`).sort());
  expect(deny).toEqual(expect.arrayContaining(["Bash", "Edit", "Write"]));
});

describe("the skill", () => {
  test("has the front matter of a skill", () => {
    const [, front = ""] = /^---\n([\s\S]*?)\n---\n/.exec(SKILL) ?? [];
    const Front = z.strictObject({
      name: z.string().regex(/^[a-z0-9-]{1,64}$/),
      description: z
        .string()
        .max(1024)
        .regex(/^[^<>]*$/),
    });
    expect(Front.parse(Bun.YAML.parse(front)).name).toBe("remit");
  });

  /** First cells of the table under a heading. */
  const cells = (heading: string) => {
    const [section = ""] = SKILL.split(`## ${heading}\n`)[1]?.split("\n## ") ?? [];
    const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].slice(1);
    return rows.flatMap(([, cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, word = ""]) => word));
  };
  // `agent_unreachable` is what remit mcp says when nobody can be asked.
  const codes = [...Object.keys(PROBLEMS), "agent_unreachable"];

  test("has every reason of a denial, and no other", () => {
    expect(cells("Denials")).toEqual([...DENIAL_REASONS]);
  });

  test("has only codes that there are", () => {
    expect(codes).toEqual(expect.arrayContaining(cells("When the agent refuses")));
    expect(cells("When the agent refuses")).toContainValues(["killed", "queue_full", "audit_unavailable"]);
  });

  test("names only tools, members and limits that there are", async () => {
    const { tools } = await connected(".mcp.json", (client) => client.listTools());
    const members = tools.flatMap(({ inputSchema, outputSchema }) => [
      ...Object.keys(inputSchema.properties ?? {}),
      ...Object.keys(outputSchema?.["properties"] ?? {}),
    ]);
    const known = [
      ...tools.map(({ name }) => name),
      ...members,
      ...codes,
      ...DENIAL_REASONS,
      ...Object.keys(LIMITS),
    ];
    const named = [...SKILL.matchAll(/`([a-z]+(?:_[a-z]+)+|[a-z]+[A-Z]\w+)`/g)].map(([, name = ""]) => name);
    expect(known).toEqual(expect.arrayContaining(named));
    expect(named).toContainValues(tools.map(({ name }) => name));
  });

  const scripts = blocks(SKILL, "rhai").map((script) =>
    Object.entries(places).reduce((all, [place, here]) => all.replaceAll(place, here), script),
  );
  const [look = "", guarded = "", write = ""] = scripts;
  const args = { logs: { stringValue: places["/var/log/edge-agent"] } };

  test("has scripts that do what it says", () =>
    connected(".mcp.json", async (client) => {
      expect(scripts).toHaveLength(3);
      const looked = await call(client, "run_script", { script: look, arguments: args });
      expect(looked).toMatchObject({ isError: false, output: '["agent.log: 2 errors"]' });
      expect(await call(client, "run_script", { script: guarded })).toMatchObject({
        state: "succeeded",
        output: "unknown",
        denials: [{ reason: "forbidden" }],
      });
      const dry = await call(client, "run_script", { script: write, dry_run: true });
      expect(dry).toMatchObject({ isError: false, denials: [{ reason: "dry_run" }] });
      expect(await call(client, "run_script", { script: write })).toMatchObject({ output: "noted" });
      expect(readFileSync(join(world.path, "notes/today.md"), "utf8")).toContain("no route");
    }));

  test("says how an approval goes", () =>
    connected(".mcp.json", async (client) => {
      const id = join(world.path, "etc/agent.conf");
      const resource = { type: "file_system::File", id };
      expect(await call(client, "explain_policy", { action: "file_system.write", resource })).toMatchObject({
        decision: "ask",
      });
      const script = `write([write::replace], "${id}", "level = debug\\n"); "changed"`;
      const begun = await call(client, "run_script", { script, wait_ms: 100 });
      expect(begun).toMatchObject({ isError: false, state: "running" });
      const over = call(client, "get_run", { id: begun.id, wait_ms: 20_000 });
      let asked = 0;
      await until(async () => {
        for (const approval of JSON.parse(world.call("approvals", "--json").stdout) as { id: string }[]) {
          asked++;
          world.call("approvals", "approve", approval.id);
        }
        return readFileSync(id, "utf8") === "level = debug\n";
      }, "the change");
      expect(await over).toMatchObject({ state: "succeeded", output: "changed" });
      expect(asked).toBeGreaterThan(0);
    }));

  test("says what a limit and the kill switch look like", () =>
    connected(".mcp.json", async (client) => {
      const endless = await call(client, "run_script", { script: "sleep(60)", timeout_ms: 200 });
      expect(endless).toMatchObject({ state: "failed", error: { limit: "timeMs" } });
      world.call("kill");
      expect(await call(client, "run_script", { script: "1" })).toMatchObject({
        isError: true,
        problem: { code: "killed" },
      });
      world.call("resume");
    }));
});
