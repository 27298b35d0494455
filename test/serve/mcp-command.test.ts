/** `remit mcp`: the agent for clients that start their servers as programs. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { AgentProcess } from "../support/agent-process.ts";
import { executable } from "../support/executable.ts";
import { call } from "../support/mcp.ts";

const POLICY = "permit(principal, action, resource);";

let agent: AgentProcess;
beforeAll(async () => {
  agent = await AgentProcess.start(POLICY);
});
afterAll(() => agent.stop());

const transportTo = ({ state }: AgentProcess, ...options: readonly string[]) =>
  new StdioClientTransport({ command: executable(), args: ["mcp", "--state", state, ...options] });

describe("remit mcp", () => {
  const run = (args: readonly string[], input = "") =>
    spawnSync(executable(), ["mcp", ...args], { input, encoding: "utf8", timeout: 30_000 });

  test("ends with its input", () => {
    const { status, stdout, stderr } = run(["--state", agent.state]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("finds the agent by its configuration, as other commands do", () => {
    const file = join(agent.path, "remit.toml");
    writeFileSync(file, `state = "${agent.state}"\n`);
    expect(run(["--config", file])).toMatchObject({ status: 0, stderr: "" });
    writeFileSync(file, `stat = "${agent.state}"\n`);
    const { status, stderr } = run(["--config", file]);
    expect(status).toBe(1);
    expect(stderr).toContain("did you mean");
  });

  test("answers a line that is no message, and goes on", () => {
    const { status, stdout } = run(["--state", agent.state], "no JSON\n\n[]\n");
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { error: { code: number } }).error.code);
    expect({ status, answers }).toEqual({ status: 0, answers: [-32_700, -32_700] });
  });

  test("ends with a line that is too long, although its input stays open", async () => {
    const child = spawn(executable(), ["mcp", "--state", agent.state], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    // What it does not read any more.
    child.stdin.on("error", () => undefined);
    child.stdin.write(`"${"x".repeat(5 * 2 ** 20)}`);
    expect(await ended).toBe(0);
    expect(said).toContain("limit lineBytes exceeded");
  });

  test("says in the tool's result that the agent has gone", async () => {
    const other = await AgentProcess.start(POLICY);
    const client = new Client({ name: "test", version: "1" });
    await client.connect(transportTo(other));
    expect(await call(client, "run_script", { script: "1" })).toMatchObject({ output: "1" });
    await other.stop();
    const run = await call(client, "run_script", { script: "1" });
    expect(run).toMatchObject({ isError: true, problem: { code: "agent_unreachable" } });
    await client.close();
  });

  test("says what is missing: the agent, the token, its acceptance", () => {
    const foreign = join(agent.path, "foreign");
    writeFileSync(foreign, "remit_foreign", { mode: 0o600 });
    const empty = join(agent.path, "empty");
    writeFileSync(empty, "", { mode: 0o600 });
    for (const [args, message] of [
      [["--state", agent.state, "--socket", join(agent.path, "none.sock")], "No agent answers: at "],
      [["--state", join(agent.path, "none")], "cannot be read: No such file or directory"],
      [["--state", agent.state, "--token-file", empty], "there is no token in "],
      [["--state", agent.state, "--token-file", foreign], "The bearer token is not known"],
    ] as const) {
      const { status, stdout, stderr } = run(args);
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toStartWith("error: ");
      expect(stderr).toContain(message);
      expect(stderr.trim().split("\n").length).toBe(1);
    }
  });

  test("a token that is revoked meanwhile is refused in the tool's result", async () => {
    const file = join(agent.path, "passing");
    writeFileSync(file, agent.createToken({ name: "passing", scope: "run" }), { mode: 0o600 });
    const client = new Client({ name: "test", version: "1" });
    await client.connect(transportTo(agent, "--token-file", file));
    expect(await call(client, "run_script", { script: "1" })).toMatchObject({ output: "1" });
    agent.revokeToken("passing");
    const run = await call(client, "run_script", { script: "1" });
    expect(run).toMatchObject({ isError: true, problem: { code: "token_unknown" } });
    await client.close();
  });
});
