/** The agent for clients of the Model Context Protocol: the official client, over HTTP and over standard input and output. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/client";
import { AgentProcess } from "../support/agent-process.ts";
import { executable } from "../support/executable.ts";
import { type Connection, call, withClient } from "../support/mcp.ts";

const POLICY = `
permit(principal, action, resource in file_system::Dir::"{dir}/open");
permit(principal, action, resource == file_system::Dir::"{dir}/open");
@id("no-secrets") forbid(principal, action, resource == file_system::File::"{dir}/open/secret");
@id("ask-first") @approval("to tell others") permit(principal, action == systemd::Action::"status", resource);
`;
const RUN_TOOLS = ["cancel_run", "explain_policy", "get_run", "list_capabilities", "run_script"];
const READ_TOOLS = ["explain_policy", "get_run", "list_capabilities"];

let agent: AgentProcess;
const tokens: { [scope: string]: string } = {};

beforeAll(async () => {
  agent = await AgentProcess.start(POLICY);
  mkdirSync(join(agent.path, "open"));
  writeFileSync(join(agent.path, "open/hello"), "hello");
  writeFileSync(join(agent.path, "open/secret"), "secret");
  for (const scope of ["read", "run"] as const) tokens[scope] = agent.createToken({ name: scope, scope });
  tokens["admin"] = agent.token;
  tokens["observer"] = agent.createToken({ name: "observer", scope: "run", autonomy: 0 });
});
afterAll(() => agent.stop());

/** Calls `use` with a client that is connected with the token of a name. */
const connected = <T>(
  use: (client: Client) => Promise<T>,
  { token = "run", ...on }: Connection & { readonly token?: string } = {},
): Promise<T> => withClient(agent, tokens[token] ?? "", use, on);

const cat = (name: string): string => `cat("${agent.path}/open/${name}")`;
const scriptThatWrites = (name: string): string => `write("${agent.path}/open/${name}", "x")`;

for (const transport of ["HTTP", "stdio"] as const) {
  for (const era of ["2025-11-25", "2026-07-28"] as const) {
    describe(`${transport}, ${era}`, () => {
      const on = { transport, era };

      test("speaks this revision, and says how to use it", () =>
        connected(async (client) => {
          expect(client.getNegotiatedProtocolVersion()).toBe(era);
          expect(client.getServerVersion()?.name).toBe("remit");
          expect(client.getInstructions()).toContain("A denial is an answer");
        }, on));

      test("offers tools by the token's scope", async () => {
        const names = (client: Client) =>
          client.listTools().then(({ tools }) => tools.map(({ name }) => name).sort());
        expect(await connected(names, on)).toEqual(RUN_TOOLS);
        expect(await connected(names, { ...on, token: "read" })).toEqual(READ_TOOLS);
      });

      test("says of each tool what it does to the host", () =>
        connected(async (client) => {
          for (const { name, annotations, outputSchema } of (await client.listTools()).tools) {
            expect(outputSchema?.["type"]).toBe("object");
            expect(annotations?.readOnlyHint).toBe(READ_TOOLS.includes(name));
            if (name === "run_script") expect(annotations?.destructiveHint).toBe(true);
          }
        }, on));

      test("a run", () =>
        connected(async (client) => {
          const run = await call(client, "run_script", { script: cat("hello") });
          expect(run).toMatchObject({ isError: false, state: "succeeded", output: "hello", denials: [] });
          expect(await call(client, "get_run", { id: run.id })).toMatchObject({ output: "hello" });
        }, on));

      test("a denial is a result", () =>
        connected(async (client) => {
          const run = await call(client, "run_script", { script: cat("secret") });
          expect(run).toMatchObject({ isError: true, state: "failed" });
          const resource = { type: "file_system::File", id: `${agent.path}/open/secret` };
          expect(run.denials).toContainEqual(
            expect.objectContaining({ resource, reason: "forbidden", policies: ["no-secrets"] }),
          );
          expect(run.next_steps?.join()).toContain("do not look for another way");
        }, on));

      test("an unknown tool is a fault of the protocol", () =>
        connected(async (client) => {
          for (const name of ["no_tool", "toString", "__proto__"])
            await expect(client.callTool({ name, arguments: {} })).rejects.toThrow(
              /-32602|not found|disabled/,
            );
        }, on));

      test("resources: the SDK for everyone, the policy for its owner", async () => {
        const uris = (client: Client) =>
          client.listResources().then(({ resources }) => resources.map(({ uri }) => uri));
        const own = await connected(uris, { ...on, token: "admin" });
        const others = await connected(uris, on);
        expect(own).toContain("policy://current");
        expect(others).toEqual(own.filter((uri) => uri !== "policy://current"));
        const read = (uri: string) => (client: Client) =>
          client
            .readResource({ uri })
            .then(({ contents: [first] }) => (first && "text" in first ? first.text : ""));
        expect(await connected(read("policy://current"), { ...on, token: "admin" })).toContain("no-secrets");
        await expect(connected(read("policy://current"), on)).rejects.toThrow();
      });
    });
  }
}

test("the documentation is that of docs/sdk.md, whole", () =>
  connected(async (client) => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/sdk.md"), "utf8");
    const { resources } = await client.listResources();
    const chapters = resources.filter(({ uri }) => uri.startsWith("docs://rhai-sdk/"));
    const texts = await Promise.all(
      chapters.map(async ({ uri }) =>
        (await client.readResource({ uri })).contents.map((part) => "text" in part && part.text),
      ),
    );
    expect(document.endsWith(texts.flat().join(""))).toBe(true);
    expect(chapters.length).toBe(document.match(/^## /gm)?.length ?? 0);
    await expect(client.readResource({ uri: "docs://rhai-sdk/none" })).rejects.toThrow();
  }));

describe("run_script", () => {
  for (const transport of ["HTTP", "stdio"] as const) {
    test(`integers of 64 bits stay what they are over ${transport}`, () =>
      connected(
        async (client) => {
          // The client's own JSON would round it.
          const exact = JSON as unknown as { rawJSON(text: string): unknown };
          const args = { n: { longValue: exact.rawJSON("9223372036854775807") } };
          const run = await call(client, "run_script", { script: "n", arguments: args });
          expect(run).toMatchObject({ isError: false, output: "9223372036854775807" });
        },
        { transport },
      ));
  }

  test("a dry run asks the policy, and does nothing", () =>
    connected(async (client) => {
      const run = await call(client, "run_script", { script: scriptThatWrites("new"), dry_run: true });
      expect(run.isError).toBe(false);
      expect(run.denials?.map(({ reason }) => reason)).toEqual(["dry_run"]);
      expect(existsSync(join(agent.path, "open/new"))).toBe(false);
      const refused = await call(client, "run_script", { script: scriptThatWrites("secret"), dry_run: true });
      expect(refused.isError).toBe(true);
      expect(refused.denials?.some(({ reason }) => reason === "forbidden")).toBe(true);
    }));

  test("without dry_run it is done", () =>
    connected(async (client) => {
      expect(await call(client, "run_script", { script: scriptThatWrites("done") })).toMatchObject({
        isError: false,
      });
      expect(readFileSync(join(agent.path, "open/done"), "utf8")).toBe("x");
    }));

  test("a token that only observes has dry runs only", () =>
    connected(
      async (client) => {
        await call(client, "run_script", { script: scriptThatWrites("observed") });
        expect(existsSync(join(agent.path, "open/observed"))).toBe(false);
      },
      { token: "observer" },
    ));

  test("a long output comes in parts", () =>
    connected(async (client) => {
      const script = 'let s = "0123456789"; s.pad(40000, "😀"); s';
      const first = await call(client, "run_script", { script });
      expect(first.truncated).toBe(true);
      let all = first.output ?? "";
      for (let part = first; part.truncated; ) {
        part = await call(client, "get_run", { id: first.id, output_offset: all.length });
        all += part.output;
      }
      expect(all).toBe(`0123456789${"😀".repeat(39_990)}`);
    }));

  test("arguments that are wrong are an error that names them", () =>
    connected(async (client) => {
      for (const args of [{}, { script: 1 }, { script: "1", timeout_ms: -1 }, { script: "1", more: true }]) {
        const { isError, text } = await call(client, "run_script", args);
        expect(isError).toBe(true);
        expect(JSON.stringify(text)).toContain("Invalid arguments for tool run_script");
      }
    }));
});

test("explain_policy says what would come of a request, and why", () =>
  connected(async (client) => {
    const explain = (action: string, type: string, id: string) =>
      call(client, "explain_policy", { action, resource: { type, id } });
    const file = (name: string) => ["file_system::File", `${agent.path}/open/${name}`] as const;
    expect(await explain("file_system.read", ...file("hello"))).toMatchObject({
      isError: false,
      decision: "allow",
    });
    const denied = { isError: false, decision: "deny", policies: ["no-secrets"] };
    expect(await explain('file_system::Action::"read"', ...file("secret"))).toMatchObject(denied);
    expect(await explain("file_system.read", "file_system::File", "/etc/hostname")).toMatchObject({
      decision: "deny",
      policies: [],
    });
    expect(await explain("systemd.status", "systemd::Service", "a.service")).toMatchObject({
      decision: "ask",
      policies: ["ask-first"],
    });
    for (const [action, type, id] of [
      ["file_system.reed", ...file("hello")],
      ["file_system.read", "file_system::File", "../etc"],
    ] as const) {
      expect(await explain(action, type, id)).toMatchObject({
        isError: true,
        problem: { code: "body_invalid" },
      });
    }
  }));

test("explain_policy tells a token that only observes that nothing would be done", () =>
  connected(
    async (client) => {
      const resource = { type: "file_system::File", id: `${agent.path}/open/hello` };
      expect(await call(client, "explain_policy", { action: "file_system.write", resource })).toMatchObject({
        decision: "dry_run",
      });
      expect(await call(client, "explain_policy", { action: "file_system.read", resource })).toMatchObject({
        decision: "allow",
      });
    },
    { token: "observer" },
  ));

test("list_capabilities has the signatures of remit functions", () =>
  connected(async (client) => {
    const { stdout } = spawnSync(executable(), ["functions", "--json"], {
      encoding: "utf8",
      maxBuffer: 2 ** 22,
    });
    const items = JSON.parse(stdout) as readonly { kind: string; signature: string }[];
    const signatures = items.filter(({ kind }) => kind !== "type").map(({ signature }) => signature);
    const all = await call(client, "list_capabilities");
    expect(all.areas?.flatMap((area) => area.signatures)).toEqual(signatures);
    expect(all.limits?.["scriptBytes"]).toBe(2 ** 20);
    const one = await call(client, "list_capabilities", { name: "cat" });
    expect(one.functions?.[0]).toMatchObject({ name: "cat" });
    expect(one.functions?.[0]?.checks.length).toBeGreaterThan(0);
    expect((await call(client, "list_capabilities", { name: "nothing" })).functions).toEqual([]);
  }));
