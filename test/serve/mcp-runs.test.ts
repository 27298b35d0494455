/** Runs that clients of the Model Context Protocol begin: how they are ended, and when none may begin. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/client";
import { AgentProcess } from "../support/agent-process.ts";
import { type Connection, call, withClient } from "../support/mcp.ts";

let agent: AgentProcess;
const tokens: { [scope: string]: string } = {};
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
  for (const scope of ["read", "run"] as const) tokens[scope] = agent.createToken({ name: scope, scope });
});
afterAll(() => agent.stop());

/** Calls `use` with a client that is connected with the token of a name. */
const connected = <T>(
  use: (client: Client) => Promise<T>,
  { token = "run", ...on }: Connection & { readonly token?: string } = {},
): Promise<T> => withClient(agent, tokens[token] ?? "", use, on);

const scriptThatWrites = (name: string): string => `write("${agent.path}/${name}", "x")`;

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
          await until(() => existsSync(join(agent.path, `begun-${transport}-${era}`)));
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
        await until(() => existsSync(join(agent.path, "begun-gone")));
      },
      { transport: "stdio" },
    );
    await until(async () => (await latestRun()).state === "cancelled");
  });
});

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
