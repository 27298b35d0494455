/** `remit run --agent`: a script that the running agent runs. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { join } from "node:path";
import { type Agent, AgentWorld, until } from "../support/agent.ts";

setDefaultTimeout(60_000);

/** Opens below /usr, and never below /etc/ssl. */
const POLICY = `
@id("usr") permit(principal, action, resource in file_system::Dir::"/usr");
@id("never") forbid(principal, action, resource in file_system::Dir::"/etc/ssl");`;

const open = (path: string): string =>
  `DirConfig().path("${path}").build().open(OpenDirOptions().build()); "opened"`;

const world = new AgentWorld();
beforeAll(async () => {
  await world.start("--policy", world.file("p.cedar", POLICY));
});
afterAll(() => world.remove());

describe("run --agent", () => {
  const run = (...args: string[]) => world.call("run", "--agent", ...args);

  test("gives the result of remit run, with what the agent knows of the run", () => {
    const { stdout, status } = run("-e", open("/usr"));
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      output: "opened",
      status: "SUCCESS",
      state: "succeeded",
      denials: [],
      id: expect.stringMatching(/^run_/),
      policy_revision: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test("the other forms", () => {
    expect(run("-e", "6 * 7", "-o", "human")).toMatchObject({ status: 0, stdout: "42\n", stderr: "" });
    expect(run("-e", 'info("hello"); 1', "-o", "human", "-v").stdout).toContain("[INFO] hello\n");
    expect(run("-e", "1", "-o", "pretty-json").stdout).toStartWith('{\n  "output": "1"');
  });

  test("a file, and arguments with integers of 64 bits", () => {
    const script = world.file("s.rhai", "`${name} ${big}`");
    const values = '{"name": {"stringValue": "x"}, "big": {"longValue": 9223372036854775807}}';
    const result = run("-s", script, "-a", world.file("a.json", values), "-o", "human");
    expect(result).toMatchObject({ status: 0, stdout: "x 9223372036854775807\n" });
  });

  test("a denial says what was denied, and by which policy", () => {
    const { status, stderr } = run("-e", open("/etc/ssl"), "-o", "human");
    expect(status).toBe(0);
    expect(stderr).toContain(
      'denied: file_system::Action::"open" on file_system::Dir::"/etc/ssl" (forbidden, never)\n',
    );
  });

  test("exit statuses are those of remit run", () => {
    expect(run("-e", 'throw "x"').status).toBe(0);
    expect(run("-e", "1 +").status).toBe(1);
    expect(run("-e", "loop { }", "--timeout", "0.2").status).toBe(1);
    expect(run("-e", "1", "-p", "p.cedar").status).toBe(2);
    expect(run("-e", "1", "--strict").status).toBe(2);
    expect(world.callPlain("run", "-p", "p.cedar", "-e", "1", "--socket", "/x").status).toBe(2);
  });

  test("what cannot be asked is a result too", () => {
    for (const args of [
      ["-e", "1", "--socket", "/nowhere"],
      ["-e", "1", "--token-file", "/nowhere"],
      ["-s", "/nowhere"],
      ["-e", "1", "-a", world.file("bad.json", "{")],
    ]) {
      const { status, stdout } = run(...args);
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        status: "ERROR",
        error: { error_type: "COMMUNICATION_EXCEPTION" },
      });
    }
  });

  test("Ctrl-C cancels the run", async () => {
    const { child, ended } = world.begin("run", "--agent", "-e", "loop { }");
    const running = async () => JSON.parse(world.call("status", "--json").stdout).running;
    await until(async () => (await running()) === 1, "the run");
    child.kill("SIGINT");
    const { status, stdout } = await ended;
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ state: "cancelled", status: "ERROR" });
    expect(await running()).toBe(0);
  });
});

describe("run --agent, of an agent that ends meanwhile", () => {
  const own = new AgentWorld();
  let agent: Agent;
  beforeEach(async () => {
    agent = await own.start("--policy", own.file("p.cedar", POLICY));
  });
  afterEach(() => own.end());
  afterAll(() => own.remove());

  /** Begins a run, and returns when it is one. */
  async function begin(script: string) {
    const { ended } = own.begin("run", "--agent", "-e", script);
    const runs = async () => (await own.ask("GET", "/v1/runs")).body.runs;
    await until(
      async () => (await runs()).some(({ state }: { state: string }) => state === "running"),
      "the run",
    );
    const [{ id }] = await runs();
    return { ended, id };
  }

  test("the result is there when the run ends within the grace", async () => {
    const { ended } = await begin("sleep(1); 42");
    agent.signal("SIGTERM");
    const { status, stdout } = await ended;
    expect([status, JSON.parse(stdout).output]).toEqual([0, "42"]);
  });

  test("else the run is named, by its id too, and stands in the decision log", async () => {
    const { ended, id } = await begin("sleep(60)");
    agent.signal("SIGKILL");
    const { status, stdout } = await ended;
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      id,
      state: "lost",
      status: "ERROR",
      error: {
        error_type: "COMMUNICATION_EXCEPTION",
        message: `the result of ${id} is lost: nothing answers at ${own.socket}; the agent's decision log says what it did`,
      },
    });
    expect(own.records()).toContainEqual(expect.objectContaining({ kind: "run", run: id, event: "started" }));
  });

  test("so it is when the agent that answers is one that was started anew", async () => {
    // Stands between both: what comes after the run has begun is asked of a run that is not there.
    const between = join(own.path, "between.sock");
    const server = Bun.serve({
      unix: between,
      fetch: async (request) => {
        const { pathname } = new URL(request.url);
        const target = request.method === "POST" ? pathname : `/v1/runs/run_${"0".repeat(24)}`;
        const body = request.method === "POST" ? await request.json() : undefined;
        const answer = await own.ask(request.method, target, body);
        return Response.json(answer.body, { status: answer.status });
      },
    });
    const { ended } = own.begin("run", "--agent", "-e", "sleep(1)", "-o", "pretty-json", "--socket", between);
    const { status, stdout } = await ended;
    await server.stop(true);
    expect(status).toBe(1);
    const { id, error } = JSON.parse(stdout);
    expect(error.message).toStartWith(`the result of ${id} is lost: There is no such run: `);
  });
});
