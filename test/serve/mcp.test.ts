/** The agent for clients of the Model Context Protocol: the official client, over HTTP and over standard input and output. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { AgentProcess } from "../support/agent-process.ts";
import { executable } from "../support/executable.ts";
import { call } from "../support/mcp.ts";

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

const TRANSPORTS = {
  HTTP: (token: string) => {
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    return new StreamableHTTPClientTransport(new URL(`${agent.url}/mcp`), { requestInit });
  },
  stdio: (token: string) => {
    const file = join(agent.path, "token");
    writeFileSync(file, `${token}\n`);
    const args = ["mcp", "--state", agent.state, "--token-file", file];
    return new StdioClientTransport({ command: executable(), args, stderr: "pipe" });
  },
} as const;
type TransportName = keyof typeof TRANSPORTS;

const ERAS = { "2025-11-25": "legacy", "2026-07-28": { pin: "2026-07-28" } } as const;
type Era = keyof typeof ERAS;

/** Calls `use` with a client that is connected with a token, and closes it. */
async function connected<T>(
  use: (client: Client) => Promise<T>,
  {
    transport = "HTTP",
    era = "2026-07-28",
    token = "run",
  }: { transport?: TransportName; era?: Era; token?: string } = {},
): Promise<T> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: ERAS[era] } });
  await client.connect(TRANSPORTS[transport](tokens[token] ?? ""));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

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

describe("runs that go on", () => {
  const ENDLESS = { script: "loop {}", timeout_ms: 60_000, wait_ms: 0 };

  test("are looked at and ended", () =>
    connected(async (client) => {
      const { id, state, isError } = await call(client, "run_script", ENDLESS);
      expect({ isError, open: state === "queued" || state === "running" }).toEqual({
        isError: false,
        open: true,
      });
      expect(await call(client, "cancel_run", { id })).toMatchObject({ isError: false, state: "cancelled" });
      expect(await call(client, "get_run", { id })).toMatchObject({ isError: true, state: "cancelled" });
      expect(await call(client, "cancel_run", { id })).toMatchObject({
        isError: true,
        problem: { code: "run_ended" },
      });
    }));

  test("are not told to others", async () => {
    const { id } = await connected((client) => call(client, "run_script", ENDLESS));
    const seen = await connected((client) => call(client, "get_run", { id }), { token: "read" });
    expect(seen).toMatchObject({ isError: true, problem: { code: "run_not_found" } });
    expect(await connected((client) => call(client, "cancel_run", { id }))).toMatchObject({
      state: "cancelled",
    });
  });

  for (const [transport, era] of [
    ["HTTP", "2026-07-28"],
    ["stdio", "2026-07-28"],
    ["stdio", "2025-11-25"],
  ] as const) {
    test(`end with the call that is given up (${transport}, ${era})`, () =>
      connected(
        async (client) => {
          const abort = new AbortController();
          const script = `${scriptThatWrites(`begun-${transport}-${era}`)}; loop {}`;
          const given = client.callTool(
            { name: "run_script", arguments: { script, timeout_ms: 60_000 } },
            { signal: abort.signal },
          );
          const failure = given.then(
            () => undefined,
            (error: unknown) => error,
          );
          await until(() => existsSync(join(agent.path, `open/begun-${transport}-${era}`)));
          abort.abort();
          expect(await failure).toBeInstanceOf(Error);
          await until(async () => (await latestRun()).state === "cancelled");
        },
        { transport, era },
      ));
  }

  test("end when the client of remit mcp goes", async () => {
    await connected(
      async (client) => {
        const script = `${scriptThatWrites("begun-gone")}; loop {}`;
        void client
          .callTool({ name: "run_script", arguments: { script, timeout_ms: 60_000 } })
          .catch(() => undefined);
        await until(() => existsSync(join(agent.path, "open/begun-gone")));
      },
      { transport: "stdio" },
    );
    await until(async () => (await latestRun()).state === "cancelled");
  });
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

test("the kill switch is an error that says so, until it is resumed", async () => {
  await agent.request("/v1/admin/kill", { body: { reason: "a test" } });
  try {
    for (const transport of ["HTTP", "stdio"] as const) {
      const run = await connected((client) => call(client, "run_script", { script: "1" }), { transport });
      expect(run).toMatchObject({ isError: true, problem: { code: "killed" } });
      expect(run.next_steps?.join()).toContain("do not try again");
    }
  } finally {
    await agent.request("/v1/admin/resume", { method: "POST" });
  }
  const run = await connected((client) => call(client, "run_script", { script: "1" }));
  expect(run).toMatchObject({ isError: false, output: "1" });
});

test("a full queue is an error that says so", () =>
  connected(async (client) => {
    const runs: Awaited<ReturnType<typeof call>>[] = [];
    // More than can run and wait together, on any machine.
    while (runs.length < 1000 && runs.at(-1)?.isError !== true)
      runs.push(await call(client, "run_script", { script: "loop {}", timeout_ms: 60_000, wait_ms: 0 }));
    expect(runs.at(-1)).toMatchObject({ isError: true, problem: { code: "queue_full", retryable: true } });
    for (const { id } of runs.reverse())
      if (id !== undefined) await agent.request(`/v1/runs/${id}`, { method: "DELETE" });
  }));

describe("/mcp refuses", () => {
  const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const ACCEPT = { accept: "application/json, text/event-stream" };
  const statusOf = async (headers: { readonly [name: string]: string }, token = agent.token) =>
    (await agent.request("/mcp", { token, body: LIST, headers: { ...ACCEPT, ...headers } })).status;

  test("not what is right", async () => expect(await statusOf({})).toBe(200));
  test("no token", async () => expect(await statusOf({ authorization: "" })).toBe(401));
  test("an unknown token", async () => expect(await statusOf({}, "remit_unknown")).toBe(401));
  test("a foreign Origin", async () => expect(await statusOf({ origin: "https://evil.example" })).toBe(403));
  test("any Origin", async () => expect(await statusOf({ origin: agent.url })).toBe(403));
  test("a foreign Host", async () => expect(await statusOf({ host: "evil.example" })).toBe(403));
  test("another type of body", async () =>
    expect(await statusOf({ "content-type": "text/plain" })).toBe(415));
  test("streams and sessions that nobody began", async () => {
    for (const method of ["GET", "DELETE"])
      expect((await agent.request("/mcp", { method, headers: { accept: "text/event-stream" } })).status).toBe(
        405,
      );
  });

  test("what is no message", async () => {
    const texts = [
      "",
      "{",
      "[]",
      "1",
      "null",
      '"x"',
      "{}",
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      "[".repeat(100_000),
    ];
    const wrong = [
      ...texts,
      JSON.stringify(Array.from({ length: 101 }, () => LIST)),
      `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`,
    ];
    for (const body of wrong) {
      const headers = {
        authorization: `Bearer ${agent.token}`,
        "content-type": "application/json",
        ...ACCEPT,
      };
      const { status } = await fetch(`${agent.url}/mcp`, { method: "POST", headers, body });
      expect({ body: body.slice(0, 40), status }).toEqual({ body: body.slice(0, 40), status: 400 });
    }
    expect(await statusOf({})).toBe(200);
  });

  test("arguments that are nested too deeply, and goes on", async () => {
    const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_script","arguments":{"script":"1","arguments":{"a":${deep}}}}}`;
    const headers = { authorization: `Bearer ${agent.token}`, "content-type": "application/json", ...ACCEPT };
    const response = await fetch(`${agent.url}/mcp`, { method: "POST", headers, body: call });
    // By the door already, or by the tool.
    expect(await response.text()).toMatch(/"code":"body_invalid"|"isError":true/);
    expect(await statusOf({})).toBe(200);
  });
});

async function latestRun(): Promise<{ readonly state: string }> {
  const { runs } = (await (await agent.request("/v1/runs")).json()) as { runs: readonly { state: string }[] };
  const [latest] = runs;
  if (latest === undefined) throw new Error("there is no run");
  return latest;
}

/** Waits until `condition` holds; bun:test ends a test in which it never does. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await Bun.sleep(10);
}
