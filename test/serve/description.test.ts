/** `/openapi.json` agrees with what the API does. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AgentProcess } from "../support/agent-process.ts";

interface Operation {
  readonly security?: readonly object[];
  readonly summary?: string;
  readonly requestBody?: object;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: {
    readonly [status: string]: { readonly content?: { readonly [type: string]: unknown } };
  };
}

interface Description {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: { readonly [name: string]: unknown } };
}

let agent: AgentProcess;
let description: Description;
beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
  description = (await (await fetch(`${agent.url}/openapi.json`)).json()) as Description;
});
afterAll(() => agent.stop());

/** All that is described, as `get /healthz`. */
const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      name: `${method} ${path}`,
      operation,
    })),
  );
const namesOf = (matches: (operation: Operation, method: string) => boolean): readonly string[] =>
  operations()
    .filter(({ operation, method }) => matches(operation, method))
    .map(({ name }) => name);

test("it has every route, with a summary and how it refuses", () => {
  expect([...namesOf(() => true)].sort()).toEqual(ROUTES);
  expect(
    namesOf(({ summary, responses }) => {
      const refusal = responses["default"]?.content?.["application/problem+json"];
      return summary === undefined || refusal === undefined;
    }),
  ).toEqual([]);
});

const ROUTES = [
  "delete /v1/runs/{id}",
  "get /healthz",
  "get /metrics",
  "get /openapi.json",
  "get /readyz",
  "get /v1/approvals",
  "get /v1/bundles",
  "get /v1/caller",
  "get /v1/capabilities",
  "get /v1/denials",
  "get /v1/policy",
  "get /v1/runs",
  "get /v1/runs/{id}",
  "get /v1/runs/{id}/events",
  "get /v1/status",
  "post /mcp",
  "post /page/login",
  "post /page/logout",
  "post /v1/admin/import",
  "post /v1/admin/kill",
  "post /v1/admin/page",
  "post /v1/admin/refresh",
  "post /v1/admin/resume",
  "post /v1/approvals/{id}",
  "post /v1/explain",
  "post /v1/runs",
];

describe("a token", () => {
  test("is needed where it says so, and nowhere else", async () => {
    const open = namesOf(({ security }) => security?.length === 0);
    for (const { path, method, name } of operations()) {
      const address = `${agent.url}${path.replace("{id}", "none")}`;
      const headers = { "content-type": "application/json" };
      const { status } = await fetch(address, { method: method.toUpperCase(), headers });
      expect([name, status === 401]).toEqual([name, !open.includes(name)]);
    }
  });
});

describe("bodies", () => {
  test("are described wherever their content type is needed", async () => {
    expect(namesOf((operation, method) => method === "post" && operation.requestBody === undefined)).toEqual(
      [],
    );
  });

  test("of what says all by its address are empty objects, or nothing", async () => {
    const headers = { authorization: `Bearer ${agent.token}`, "content-type": "application/json" };
    const answerTo = async (path: string, body?: string) => {
      const sent = { method: "POST", headers, ...(body === undefined ? {} : { body }) };
      const answer = await fetch(`${agent.url}${path}`, sent);
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    for (const path of ["/v1/admin/resume", "/v1/admin/page"]) {
      for (const body of [undefined, "", "{}", " { } "]) expect((await answerTo(path, body))[0]).toBe(200);
      for (const body of ['{"reason":"x"}', "[]", "null", "{", "x"]) {
        expect(await answerTo(path, body)).toEqual([400, "body_invalid"]);
      }
    }
  });

  test("of runs are described", () => {
    expect(description.components.schemas["RunRequest"]).toMatchObject({
      properties: { script: { type: "string" } },
    });
  });
});

test("headers that a route heeds are named", () => {
  const headersOf = (path: string, method: string) =>
    description.paths[path]?.[method]?.parameters
      ?.filter((one) => one.in === "header")
      .map(({ name }) => name);
  expect(headersOf("/v1/runs", "post")).toEqual(["idempotency-key", "traceparent"]);
  expect(headersOf("/v1/runs/{id}/events", "get")).toEqual(["last-event-id"]);
});

test("each code of a problem stands with its status", async () => {
  const text = JSON.stringify(description.components.schemas["Problem"]);
  const answer = await fetch(`${agent.url}/nowhere`);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, "not_found"]);
  for (const known of ["not_found 404", "queue_full 429", "killed 503"]) expect(text).toContain(known);
});
