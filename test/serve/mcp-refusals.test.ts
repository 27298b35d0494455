/** What the endpoint of the Model Context Protocol does not take. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AgentProcess } from "../support/agent-process.ts";

let agent: AgentProcess;
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
});
afterAll(() => agent.stop());

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
