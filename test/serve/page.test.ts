/** The operator page's door: who gets a session, and what a browser must send for it to count; row 68 of the attacks. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { recordsOf } from "../../src/audit/testing.ts";
import { AgentProcess } from "../support/agent-process.ts";
import { type Address, type Answered, addressOf, answerTo, request } from "./wire.ts";

let agent: AgentProcess;
let at: Address;
let port = "";
let host = "";
let origin = "";
/** Of a session of the administrator. */
let cookie = "";
let key = "";

beforeAll(async () => {
  agent = await AgentProcess.start("permit(principal, action, resource);");
  at = addressOf(agent.url);
  port = new URL(agent.url).port;
  host = `Host: 127.0.0.1:${port}`;
  origin = `Origin: http://127.0.0.1:${port}`;
});
afterAll(() => agent.stop());

const JSON_TYPE = "Content-Type: application/json";
/** What a browser says of a request that a script of this page makes. */
const FETCH = ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"];
const NAVIGATE = ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];

const send = (line: string, headers: readonly string[], to = at): Promise<Answered> =>
  answerTo(to, request(`${line} HTTP/1.1`, headers));
const session = (): readonly string[] => [`Cookie: ${cookie}`, `Remit-Session-Key: ${key}`];
const reading = (): readonly string[] => [host, ...FETCH, ...session()];
const changing = (): readonly string[] => [...reading(), origin, JSON_TYPE];

async function code(token = agent.token): Promise<string> {
  const answer = await agent.request("/v1/admin/page", { token, method: "POST" });
  return ((await answer.json()) as { code: string }).code;
}
const logIn = (secret: string, headers: readonly string[] = []): Promise<Answered> =>
  send("POST /page/login", [
    host,
    ...FETCH,
    origin,
    JSON_TYPE,
    ...headers,
    `Authorization: Bearer ${secret}`,
  ]);
const cookieOf = ({ headers }: Answered): string => /^set-cookie: ([^;\r]*)/im.exec(headers)?.[1] ?? "";
const keyOf = ({ body }: Answered): string => (JSON.parse(body) as { key: string }).key;

async function begin(token = agent.token): Promise<void> {
  const answer = await logIn(await code(token));
  expect(answer.status).toBe(200);
  cookie = cookieOf(answer);
  key = keyOf(answer);
}
beforeEach(() => begin());

const status = (headers: readonly string[], to = at) => send("GET /v1/status", headers, to);
const resume = (headers: readonly string[], to = at) => send("POST /v1/admin/resume", headers, to);
const without = (headers: readonly string[], ...names: readonly string[]): readonly string[] =>
  headers.filter((header) => !names.some((name) => header.startsWith(`${name}: `)));
/** `headers` with one in place of that of the same name. */
const but = (headers: readonly string[], other: string): readonly string[] => [
  ...without(headers, other.split(": ")[0] ?? ""),
  other,
];

describe("a login", () => {
  test("is good once, and the cookie is one that scripts and other sites do not get", async () => {
    const secret = await code();
    const first = await logIn(secret);
    expect(first.status).toBe(200);
    expect(first.headers).toMatch(
      new RegExp(
        `^set-cookie: remit_session_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict\\r?$`,
        "im",
      ),
    );
    const second = await logIn(secret);
    expect([second.status, second.code]).toEqual([401, "login_code_unknown"]);
    expect(second.headers).not.toMatch(/^set-cookie/im);
  });

  test("stands in the decision log, and no secret of it anywhere", async () => {
    const secret = await code();
    const answer = await logIn(secret);
    expect(
      recordsOf(agent.state)
        .filter(({ kind }) => kind === "admin")
        .at(-1),
    ).toMatchObject({ act: "page_login", principal: 'Agent::"administrator"' });
    const secrets = [secret, cookieOf(answer).split("=")[1] ?? "none", keyOf(answer)];
    const kept = readdirSync(agent.state)
      .map((name) => join(agent.state, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, "latin1"));
    expect(secrets.filter((one) => kept.some((text) => text.includes(one)))).toEqual([]);
  });

  test("ends the one that the browser had before", async () => {
    const before = reading();
    await logIn(await code(), session());
    expect((await status(before)).code).toBe("session_unknown");
  });

  test("is not to be had without a code, or with it in another place", async () => {
    const secret = await code();
    const plain = [host, ...FETCH, origin, JSON_TYPE];
    for (const wrong of ["A".repeat(43), secret.slice(1), `${secret}A`, agent.token]) {
      expect((await logIn(wrong)).code).toBe("login_code_unknown");
    }
    for (const path of ["/page/login", `/page/login?code=${secret}`, `/page/login?access_token=${secret}`]) {
      expect((await send(`POST ${path}`, plain)).code).toBe("login_code_unknown");
      expect((await send(`GET ${path}`, plain)).code).toBe("method_not_allowed");
    }
    expect((await send("POST /page/login", [...plain, `Cookie: code=${secret}`])).code).toBe(
      "login_code_unknown",
    );
    expect((await logIn(secret)).status).toBe(200);
  });

  test("is no login of another page", async () => {
    const secret = await code();
    const own = [host, ...FETCH, origin, JSON_TYPE, `Authorization: Bearer ${secret}`];
    for (const foreign of [
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Site: same-site",
      "Origin: http://evil.example",
      "Origin: null",
      "Referer: http://evil.example/",
    ]) {
      expect((await send("POST /page/login", but(own, foreign))).code).toBe("browser_not_allowed");
    }
    expect((await send("POST /page/login", but(own, "Content-Type: text/plain"))).code).toBe("media_type");
    expect((await send("POST /page/login", own)).status).toBe(200);
  });

  test("reads nothing of who has no code", async () => {
    const answer = await logIn("nobody", ["Content-Length: 1000000"]);
    expect(answer.code).toBe("login_code_unknown");
  });

  test("is only for administrators, by their token, and not by a session", async () => {
    const runner = agent.createToken({ name: "runner", scope: "run" });
    const ask = async (token: string) =>
      (await (await agent.request("/v1/admin/page", { token, method: "POST" })).json()) as { code: string };
    expect((await ask(runner)).code).toBe("scope_missing");
    expect((await send("POST /v1/admin/page", changing())).code).toBe("scope_missing");
    expect(await ask(agent.token)).toMatchObject({ address: `${agent.url}/` });
  });
});

describe("a session", () => {
  test("reads and acts as its administrator", async () => {
    expect((await status(reading())).status).toBe(200);
    expect((await resume(changing())).status).toBe(200);
    expect(JSON.parse((await send("GET /v1/caller", reading())).body)).toEqual({
      name: "administrator",
      scope: "admin",
      autonomy: 4,
    });
    const acts = recordsOf(agent.state).filter(({ kind }) => kind === "admin");
    expect(acts.at(-1)).toMatchObject({ act: "resume", principal: 'Agent::"administrator"' });
  });

  test("has both its halves, of the same session", async () => {
    const other = { cookie, key };
    await begin();
    for (const headers of [
      without(reading(), "Remit-Session-Key"),
      but(reading(), `Remit-Session-Key: ${other.key}`),
      but(reading(), `Cookie: ${other.cookie}`),
      but(reading(), `Cookie: ${cookie}x`),
    ]) {
      const answer = await status(headers);
      expect([answer.status, answer.code]).toEqual([401, "session_unknown"]);
    }
    for (const headers of [
      without(reading(), "Cookie"),
      but(reading(), `Cookie: ${cookie.replace(port, "1")}`),
    ]) {
      expect((await status(headers)).code).toBe("browser_not_allowed");
    }
    expect((await status(but(reading(), `Cookie: a=b; ${cookie}; c=d`))).status).toBe(200);
  });

  test("ends with a logout", async () => {
    const answer = await send("POST /page/logout", changing());
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatch(
      new RegExp(`^set-cookie: remit_session_${port}=; Max-Age=0; Path=/`, "im"),
    );
    expect((await status(reading())).code).toBe("session_unknown");
  });

  test("ends with its token, and so does a code", async () => {
    const own = reading();
    const token = agent.createToken({ name: "second", scope: "admin" });
    await begin(token);
    const secret = await code(token);
    expect((await status(reading())).status).toBe(200);
    agent.revokeToken("second");
    expect((await status(reading())).code).toBe("session_unknown");
    expect((await logIn(secret)).code).toBe("login_code_unknown");
    // A new one of that name is another one.
    agent.createToken({ name: "second", scope: "admin" });
    expect((await status(reading())).code).toBe("session_unknown");
    expect((await status(own)).status).toBe(200);
  });

  test("counts for nothing where there is a token, which decides", async () => {
    const token = agent.createToken({ name: "reader", scope: "read" });
    const as = (secret: string) => [...changing(), `Authorization: Bearer ${secret}`];
    expect((await resume(as("remit_wrong"))).code).toBe("token_unknown");
    expect((await resume(as(""))).code).toBe("token_missing");
    expect((await resume(as(token))).code).toBe("scope_missing");
    expect((await resume(as(agent.token))).status).toBe(200);
  });
});

describe("a session counts for nothing", () => {
  test.each([
    ["of another site", "Sec-Fetch-Site: cross-site"],
    ["of another port of this host", "Sec-Fetch-Site: same-site"],
    ["of another origin", "Origin: http://evil.example"],
    ["of no origin that is told", "Origin: null"],
    ["of this port by another name", "Origin: http://localhost:{port}"],
    ["of another scheme", "Origin: https://127.0.0.1:{port}"],
    ["of another port, by its origin", "Origin: http://127.0.0.1:1"],
    ["that is no fetch of a script", "Sec-Fetch-Dest: document"],
    ["for a frame", "Sec-Fetch-Dest: iframe"],
    ["for an image", "Sec-Fetch-Dest: image"],
    ["by navigation", "Sec-Fetch-Mode: navigate"],
    ["whose answer the page would not see", "Sec-Fetch-Mode: no-cors"],
    ["that tells of a page before it", "Referer: http://127.0.0.1:{port}/"],
  ])("in a request %s", async (_name, header) => {
    const foreign = header.replace("{port}", port);
    expect((await resume(but(changing(), foreign))).code).toBe("browser_not_allowed");
    expect((await status(but(reading(), foreign))).code).toBe("browser_not_allowed");
    expect((await status(reading())).status).toBe(200);
    expect((await resume(changing())).status).toBe(200);
  });

  test("in a request that says nothing of where it comes from", async () => {
    for (const headers of [
      without(reading(), "Sec-Fetch-Site"),
      without(reading(), "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"),
      but(reading(), "Sec-Fetch-Site: none"),
      [host, ...session(), "Sec-Fetch-Site: none", ...NAVIGATE],
    ]) {
      expect((await status(headers)).code).toBe("token_missing");
    }
    expect((await status(without(reading(), "Sec-Fetch-Mode"))).code).toBe("browser_not_allowed");
    expect((await resume(without(changing(), "Origin"))).code).toBe("browser_not_allowed");
    expect((await resume(without(changing(), "Sec-Fetch-Site"))).code).toBe("browser_not_allowed");
  });

  test("without the type of content that only a script can send", async () => {
    const path = `/v1/runs/run_${"0".repeat(24)}`;
    for (const line of ["POST /v1/admin/resume", `DELETE ${path}`, "POST /page/logout"]) {
      expect((await send(line, without(changing(), "Content-Type"))).code).toBe("media_type");
      expect((await send(line, but(changing(), "Content-Type: text/plain"))).code).toBe("media_type");
    }
    expect((await send(`DELETE ${path}`, changing())).code).toBe("run_not_found");
  });

  test("under a name that was made to mean this machine", async () => {
    const foreign = ["Host: evil.example", `Host: evil.example:${port}`, `Host: 127.0.0.1.nip.io:${port}`];
    for (const name of foreign) {
      const headers = but(but(changing(), name), `Origin: http://${name.slice(6)}`);
      expect((await resume(headers)).code).toBe("host_not_allowed");
    }
    const local = but(but(changing(), `Host: localhost:${port}`), `Origin: http://localhost:${port}`);
    expect((await resume(local)).status).toBe(200);
  });

  test("for what the page does not use", async () => {
    for (const path of ["/mcp", "/metrics", "/openapi.json", "/healthz", "/page/logout/", "/v1"]) {
      expect((await send(`GET ${path}`, reading())).code).toBe("browser_not_allowed");
    }
    expect((await send("OPTIONS /v1/status", changing())).code).toBe("browser_not_allowed");
  });

  test("on the socket, where there is no page either", async () => {
    const socket = { path: agent.socket };
    for (const headers of [reading(), changing()]) {
      expect((await status(headers, socket)).code).toBe("browser_not_allowed");
    }
    expect((await status([host, ...session()], socket)).code).toBe("token_missing");
    for (const line of ["GET /", "GET /page.js", "GET /page.css", "POST /page/login", "POST /page/logout"]) {
      expect((await send(line, [host, JSON_TYPE], socket)).code).toBe("not_found");
    }
    const bearer = `Authorization: Bearer ${agent.token}`;
    expect((await status([host, bearer], socket)).status).toBe(200);
  });
});

describe("the page itself", () => {
  const FILES = [
    ["/", "text/html", "document"],
    ["/page.css", "text/css", "style"],
    ["/lists.css", "text/css", "style"],
    ["/controls.css", "text/css", "style"],
    ["/page.js", "text/javascript", "script"],
  ] as const;

  test.each(FILES)("%s needs no session, and has none of its data", async (path, type, dest) => {
    const mode = dest === "document" ? "navigate" : "no-cors";
    const asked = [host, "Sec-Fetch-Site: same-origin", `Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${dest}`];
    const answer = await send(`GET ${path}`, asked);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatch(new RegExp(`^content-type: ${type}; charset=utf-8`, "im"));
    expect(answer.body).toBe((await send(`GET ${path}`, [...asked, ...session()])).body);
    expect((await send(`GET ${path}`, [host])).status).toBe(200);
    expect(answer.body).not.toContain(agent.state);
  });

  test.each(FILES)("%s is in no frame, and takes nothing from elsewhere", async (path) => {
    const { headers } = await send(`GET ${path}`, [host]);
    const [, policy = ""] = /^content-security-policy: ([^\r\n]*)/im.exec(headers) ?? [];
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
        ...["img-src 'self' data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
      ]),
    );
    for (const header of [
      "x-content-type-options: nosniff",
      "cross-origin-opener-policy: same-origin",
      "cross-origin-resource-policy: same-origin",
      "referrer-policy: no-referrer",
      "cache-control: no-store",
    ]) {
      expect(headers.toLowerCase()).toContain(header);
    }
    expect(headers).not.toMatch(/access-control|set-cookie/i);
  });

  test("opens by a link from anywhere, as a page of its own", async () => {
    for (const site of ["none", "same-origin", "same-site", "cross-site"]) {
      const by = (headers: readonly string[]) =>
        send("GET /", [host, `Sec-Fetch-Site: ${site}`, "Referer: http://wiki.example/", ...headers]);
      expect((await by(NAVIGATE)).status).toBe(200);
      for (const dest of ["iframe", "frame", "object", "embed"]) {
        expect((await by(["Sec-Fetch-Mode: navigate", `Sec-Fetch-Dest: ${dest}`])).code).toBe(
          "browser_not_allowed",
        );
      }
    }
    expect((await send("GET /", [`Host: evil.example:${port}`, ...NAVIGATE])).code).toBe("host_not_allowed");
  });

  test("is no part of another page", async () => {
    for (const site of ["same-site", "cross-site"]) {
      for (const path of ["/", "/page.js", "/page.css"]) {
        const asked = [host, `Sec-Fetch-Site: ${site}`, "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: script"];
        expect((await send(`GET ${path}`, asked)).code).toBe("browser_not_allowed");
      }
    }
  });

  test("takes nothing", async () => {
    for (const line of ["POST /", "DELETE /page.js", "PUT /page.css"]) {
      expect((await send(line, [host, JSON_TYPE])).code).toBe("method_not_allowed");
      expect((await send(line, changing())).code).toBe("browser_not_allowed");
    }
    expect((await fetch(`${agent.url}/`, { method: "HEAD" })).status).toBe(200);
  });
});
