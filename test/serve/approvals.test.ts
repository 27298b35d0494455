/** A run that waits for an approval says so to whoever asked for it, in every way that it can be asked for. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { AgentWorld, until } from "../support/agent.ts";
import { AgentProcess } from "../support/agent-process.ts";
import { call, withClient } from "../support/mcp.ts";

setDefaultTimeout(60_000);

const POLICY = `@id("usr") @approval("to look around")
  permit(principal, action, resource in file_system::Dir::"/usr");`;
const OPEN = `DirConfig().path("/usr").build().open(OpenDirOptions().build()); "opened"`;
const REQUEST = {
  action: 'file_system::Action::"open"',
  resource: { type: "file_system::Dir", id: "/usr" },
};

let agent: AgentProcess;
let token = "";
beforeAll(async () => {
  agent = await AgentProcess.start(POLICY);
  token = agent.createToken({ name: "bot", scope: "run" });
});
afterAll(() => agent.stop());

interface View {
  readonly id: string;
  readonly state: string;
  readonly waits_for?: { readonly approval: string; readonly reasons: readonly string[] };
}
const ask = async (path: string, init: Parameters<AgentProcess["request"]>[1] = {}) =>
  (await (await agent.request(path, init)).json()) as View;
const begin = () => ask("/v1/runs", { token, body: { script: OPEN, wait_ms: 0 } });
const answer = (approval = "", given: string) =>
  ask(`/v1/approvals/${approval}`, { body: { answer: given } });

async function waiting(id: string): Promise<NonNullable<View["waits_for"]>> {
  let found: View["waits_for"];
  await until(async () => {
    found = (await ask(`/v1/runs/${id}`, { token })).waits_for;
    return found !== undefined;
  }, "the question");
  if (found === undefined) throw new Error("it does not wait");
  return found;
}

test.each([
  ["approved", "succeeded"],
  ["denied", "failed"],
])("over HTTP, until it is %s", async (given, state) => {
  const { id } = await begin();
  const waits = await waiting(id);
  expect(waits).toMatchObject({ ...REQUEST, reasons: ["to look around"], expires_at: expect.any(String) });
  await answer(waits.approval, given);
  const over = await ask(`/v1/runs/${id}?wait_ms=20000`, { token });
  expect([over.state, over.waits_for]).toEqual([state, undefined]);
  const events = await (await agent.request(`/v1/runs/${id}/events`, { token })).text();
  const approvals = [...events.matchAll(/^event: approval\ndata: (.*)$/gm)].map(([, data = ""]) =>
    JSON.parse(data),
  );
  expect(approvals).toEqual(
    ["asked", given].map((one) => ({
      approval: waits.approval,
      state: one,
      ...REQUEST,
      reasons: ["to look around"],
    })),
  );
});

test("one that is ended meanwhile waits no more", async () => {
  const { id } = await begin();
  await waiting(id);
  await agent.request(`/v1/runs/${id}`, { token, method: "DELETE" });
  const over = await ask(`/v1/runs/${id}?wait_ms=20000`, { token });
  expect([over.state, over.waits_for]).toEqual(["cancelled", undefined]);
  const events = await (await agent.request(`/v1/runs/${id}/events`, { token })).text();
  expect(events.match(/^event: .*$/gm)?.at(-1)).toBe("event: end");
});

test("a model is told what to do meanwhile", async () => {
  await withClient(agent, token, async (client) => {
    const first = await call(client, "run_script", { script: OPEN, wait_ms: 0 });
    const { approval } = await waiting(first.id ?? "");
    const { isError, ...shown } = await call(client, "get_run", { id: first.id });
    expect(isError).toBe(false);
    expect(shown).toMatchObject({ state: "running", waits_for: { ...REQUEST, approval } });
    expect(shown.next_steps?.[0]).toContain("tell your user");
    await answer(approval, "approved");
    const over = await call(client, "get_run", { id: first.id, wait_ms: 20_000 });
    expect([over.state, over.next_steps]).toEqual(["succeeded", []]);
  });
});

test("whoever sits before remit run --agent is told, and what is printed is the result", async () => {
  const world = new AgentWorld();
  try {
    await world.start("--policy", world.file("p.cedar", POLICY));
    const { child, ended } = world.begin("run", "--agent", "-e", OPEN, "-o", "human");
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(() => said.includes("\n"), "the notice");
    const [, approval = ""] =
      /^waits for an approval of file_system::Action::"open" on file_system::Dir::"\/usr" \(remit approvals approve (\w+)\)\n$/.exec(
        said,
      ) ?? [];
    expect(world.call("approvals", "approve", approval).status).toBe(0);
    expect(await ended).toEqual({ status: 0, stdout: "opened\n", stderr: said });
  } finally {
    await world.remove();
  }
});
