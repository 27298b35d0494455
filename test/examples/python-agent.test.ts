/** `examples/python-agent`: the same agent under several policies, and what its client does when the agent refuses. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { DENIAL_REASONS } from "../../src/agent/index.ts";
import { AgentWorld, until } from "../support/agent.ts";
import { EXAMPLES, placed, text } from "./files.ts";

setDefaultTimeout(60_000);

const NO_PYTHON =
  spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]).status === 0
    ? ""
    : " (skipped: no Python 3.9)";

let world: AgentWorld;
let base: string;
beforeEach(() => {
  world = new AgentWorld();
  base = join(world.path, "example");
  mkdirSync(join(base, "logs"), { recursive: true });
  writeFileSync(join(base, "logs/worker.log"), "ERROR a\nINFO b\nERROR c\n");
  writeFileSync(join(base, "logs/notes"), "ERROR in no log\n");
});
afterEach(() => world.remove());

/** Starts the agent under the example's policy of that name, or under `policy`, and makes a token. */
async function start(policy: string, limits = ""): Promise<void> {
  const source = policy.endsWith(".cedar")
    ? placed(text(`python-agent/${policy}`), { "/tmp/remit-example": base })
    : policy;
  const configuration = world.file("remit.toml", `policy = "${world.path}/p.cedar"\n[limits]\n${limits}`);
  world.file("p.cedar", source);
  await world.start("--config", configuration);
  world.file("token", world.call("token", "create", "reporter", "--autonomy", "2").stdout);
}

/** Calls Python in the directory of the example. */
function python(...args: readonly string[]) {
  const env = { PATH: process.env["PATH"], PYTHONDONTWRITEBYTECODE: "1" };
  const child = spawn("python3", args, { cwd: join(EXAMPLES, "python-agent"), env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once("close", (status) => resolve({ status, stdout, stderr })),
  );
}

const agent = (socket = world.socket) => python("agent.py", socket, join(world.path, "token"), base);
const report = () => join(base, "report.txt");
const runs = async () => (await world.ask("GET", "/v1/runs")).body.runs as readonly { id: string }[];

describe.skipIf(NO_PYTHON !== "")(`agent.py${NO_PYTHON}`, () => {
  test("saves its report where the policy permits it", async () => {
    await start("permitting.cedar");
    expect(await agent()).toEqual({ status: 0, stdout: "saved\n", stderr: "" });
    expect(readFileSync(report(), "utf8")).toBe("worker.log: 2 errors\n");
  });

  test("shows it where saving is denied, and says by which policy; nothing is written", async () => {
    await start("denying.cedar");
    expect(await agent()).toEqual({
      status: 0,
      stdout: `worker.log: 2 errors\nnot done: file_system::Action::"create" on file_system::File::"${report()}" (forbidden by nothing is changed): the owner forbids it on purpose\n`,
      stderr: "",
    });
    expect(existsSync(report())).toBe(false);
  });

  test("gives up where it may read nothing, and says what it would need", async () => {
    await start("permit(principal, action, resource) when { false };");
    const { status, stdout } = await agent();
    expect(status).toBe(1);
    expect(stdout).toContain(
      `not done: file_system::Action::"open" on file_system::Dir::"${base}/logs" (not_permitted): ask the owner`,
    );
  });

  test("goes on where the owner approves, and not where the owner says no", async () => {
    const approved = placed(text("python-agent/permitting.cedar"), {
      '@id("save the report")': '@id("save the report") @approval("a report")',
      "/tmp/remit-example": base,
    });
    await start(approved);
    const answered = async (answer: string) => {
      let over = false;
      const ended = agent().finally(() => {
        over = true;
      });
      await until(async () => {
        const { approvals } = (await world.ask("GET", "/v1/approvals")).body;
        for (const { id } of approvals) world.call("approvals", answer, id);
        return over;
      }, "the agent to end");
      return await ended;
    };
    expect((await answered("deny")).stdout).toContain("(approval_denied");
    expect(existsSync(report())).toBe(false);
    expect((await answered("approve")).stdout).toBe("saved\n");
  });

  test("stops when the owner has stopped everything", async () => {
    await start("permitting.cedar");
    world.call("kill", "--reason", "maintenance");
    const { status, stdout } = await agent();
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout:
        "stopped (killed): The kill switch is on: all runs are stopped by the kill switch: maintenance\n",
    });
  });

  test("knows every reason of a denial", () => {
    for (const reason of DENIAL_REASONS) expect(text("python-agent/agent.py")).toContain(`"${reason}"`);
  });
});

describe.skipIf(NO_PYTHON !== "")(`whatever the model wants${NO_PYTHON}`, () => {
  /** What `work` comes to with a model that is an expression of Python. */
  const work = (model: string) =>
    python(
      "-c",
      [
        "import sys; from pathlib import Path; from agent import *",
        "remit = Remit(sys.argv[1], Path(sys.argv[2]).read_text().strip(), patience=5)",
        `print(work(remit, ${model}, {"directory": {"stringValue": sys.argv[3]}}))`,
      ].join("\n"),
      world.socket,
      join(world.path, "token"),
      base,
    );

  test("what was denied is not tried again unchanged", async () => {
    await start("denying.cedar");
    const { stdout } = await work("lambda steps: Script(SAVE)");
    expect(stdout).toContain("End(done=False, report='given up: the model wanted again, unchanged");
    expect(await runs()).toHaveLength(1);
  });

  test("it ends", async () => {
    await start("denying.cedar");
    const { stdout } = await work('lambda steps: Script(f"{len(steps)}")');
    expect(stdout).toContain("given up after 8 steps");
    expect(await runs()).toHaveLength(8);
  });

  test("a run that the kill switch ends is the last", async () => {
    await start("denying.cedar");
    const ended = work('lambda steps: Script("loop { sleep(1); }")');
    await until(async () => (await world.ask("GET", "/v1/status")).body.running === 1, "the run");
    world.call("kill");
    expect((await ended).stdout).toContain("stopped (killed)");
    world.call("resume");
    expect(await runs()).toHaveLength(1);
  });
});

describe.skipIf(NO_PYTHON !== "")(`remit.py${NO_PYTHON}`, () => {
  test("waits for a run that goes on (202, Location)", async () => {
    await start("permitting.cedar", "wait_ms = 0\n");
    expect((await agent()).stdout).toBe("saved\n");
  });

  test("waits for room where the queue is full (429, Retry-After)", async () => {
    await start("permitting.cedar", "concurrency = 1\nqueue = 0\n");
    const blocking = { script: "loop { sleep(1); }", wait_ms: 0 };
    const { id } = (await world.ask("POST", "/v1/runs", blocking)).body;
    const ended = agent();
    const refused = async () => {
      const headers = { authorization: `Bearer ${world.token()}` };
      const answer = await fetch("http://localhost/metrics", { unix: world.socket, headers });
      return /limit_hits_total\{limit="queue"\} [1-9]/.test(await answer.text());
    };
    await until(refused, "a refusal");
    await world.ask("DELETE", `/v1/runs/${id}`);
    expect((await ended).stdout).toBe("saved\n");
  });

  test("sends a request again whose answer was lost, and runs nothing twice", async () => {
    await start("permitting.cedar");
    const path = join(world.path, "lossy.sock");
    let lost = 0;
    const lossy = createServer((client) => {
      const server = connect(world.socket);
      client.pipe(server);
      client.on("error", () => undefined);
      server.on("error", () => undefined);
      server.on("data", (answer) => {
        if (lost < 2) {
          lost++;
          client.destroy();
        } else client.write(answer);
      });
      server.on("end", () => client.end());
    });
    await new Promise<void>((resolve) => lossy.listen(path, resolve));
    try {
      expect((await agent(path)).stdout).toBe("saved\n");
      expect(lost).toBe(2);
      expect(await runs()).toHaveLength(2);
    } finally {
      lossy.close();
    }
  });

  test("does not try again what cannot come to anything", async () => {
    await start("permitting.cedar");
    world.call("token", "revoke", "reporter");
    const { status, stdout } = await agent();
    expect(status).toBe(1);
    expect(stdout).toStartWith("stopped (token_unknown): ");
  });
});
