/** What a browser must send for a session of the operator page to count; row 68 of the attacks. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { recordsOf } from "../../src/audit/testing.ts";
import { but, Door, JSON_TYPE, NAVIGATE, without } from "./page-door.ts";

let door: Door;
beforeAll(async () => {
  door = await Door.start();
});
afterAll(() => door.stop());
beforeEach(() => door.begin());

describe("a session", () => {
  test("reads and acts as its administrator", async () => {
    expect((await door.status(door.reading())).status).toBe(200);
    expect((await door.resume(door.changing())).status).toBe(200);
    expect(JSON.parse((await door.send("GET /v1/caller", door.reading())).body)).toEqual({
      name: "administrator",
      scope: "admin",
      autonomy: 4,
    });
    const acts = recordsOf(door.agent.state).filter(({ kind }) => kind === "admin");
    expect(acts.at(-1)).toMatchObject({ act: "resume", principal: 'Agent::"administrator"' });
  });

  test("has both its halves, of the same session", async () => {
    const other = { cookie: door.cookie, key: door.key };
    await door.begin();
    for (const headers of [
      without(door.reading(), "Remit-Session-Key"),
      but(door.reading(), `Remit-Session-Key: ${other.key}`),
      but(door.reading(), `Cookie: ${other.cookie}`),
      but(door.reading(), `Cookie: ${door.cookie}x`),
    ]) {
      const answer = await door.status(headers);
      expect([answer.status, answer.code]).toEqual([401, "session_unknown"]);
    }
    for (const headers of [
      without(door.reading(), "Cookie"),
      but(door.reading(), `Cookie: ${door.cookie.replace(door.port, "1")}`),
    ]) {
      expect((await door.status(headers)).code).toBe("browser_not_allowed");
    }
    expect((await door.status(but(door.reading(), `Cookie: a=b; ${door.cookie}; c=d`))).status).toBe(200);
  });

  test("ends with a logout", async () => {
    const answer = await door.send("POST /page/logout", door.changing());
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatch(
      new RegExp(`^set-cookie: remit_session_${door.port}=; Max-Age=0; Path=/`, "im"),
    );
    expect((await door.status(door.reading())).code).toBe("session_unknown");
  });

  test("ends with its token, and so does a code", async () => {
    const own = door.reading();
    const token = door.agent.createToken({ name: "second", scope: "admin" });
    await door.begin(token);
    const secret = await door.code(token);
    expect((await door.status(door.reading())).status).toBe(200);
    door.agent.revokeToken("second");
    expect((await door.status(door.reading())).code).toBe("session_unknown");
    expect((await door.logIn(secret)).code).toBe("login_code_unknown");
    // A new one of that name is another one.
    door.agent.createToken({ name: "second", scope: "admin" });
    expect((await door.status(door.reading())).code).toBe("session_unknown");
    expect((await door.status(own)).status).toBe(200);
  });

  test("counts for nothing where there is a token, which decides", async () => {
    const token = door.agent.createToken({ name: "reader", scope: "read" });
    const as = (secret: string) => [...door.changing(), `Authorization: Bearer ${secret}`];
    expect((await door.resume(as("remit_wrong"))).code).toBe("token_unknown");
    expect((await door.resume(as(""))).code).toBe("token_missing");
    expect((await door.resume(as(token))).code).toBe("scope_missing");
    expect((await door.resume(as(door.agent.token))).status).toBe(200);
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
    const foreign = header.replace("{port}", door.port);
    expect((await door.resume(but(door.changing(), foreign))).code).toBe("browser_not_allowed");
    expect((await door.status(but(door.reading(), foreign))).code).toBe("browser_not_allowed");
    expect((await door.status(door.reading())).status).toBe(200);
    expect((await door.resume(door.changing())).status).toBe(200);
  });

  test("in a request that says nothing of where it comes from", async () => {
    for (const headers of [
      without(door.reading(), "Sec-Fetch-Site"),
      without(door.reading(), "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"),
      but(door.reading(), "Sec-Fetch-Site: none"),
      [door.host, ...door.session(), "Sec-Fetch-Site: none", ...NAVIGATE],
    ]) {
      expect((await door.status(headers)).code).toBe("token_missing");
    }
    expect((await door.status(without(door.reading(), "Sec-Fetch-Mode"))).code).toBe("browser_not_allowed");
    expect((await door.resume(without(door.changing(), "Origin"))).code).toBe("browser_not_allowed");
    expect((await door.resume(without(door.changing(), "Sec-Fetch-Site"))).code).toBe("browser_not_allowed");
  });

  test("without the type of content that only a script can send", async () => {
    const path = `/v1/runs/run_${"0".repeat(24)}`;
    for (const line of ["POST /v1/admin/resume", `DELETE ${path}`, "POST /page/logout"]) {
      expect((await door.send(line, without(door.changing(), "Content-Type"))).code).toBe("media_type");
      expect((await door.send(line, but(door.changing(), "Content-Type: text/plain"))).code).toBe(
        "media_type",
      );
    }
    expect((await door.send(`DELETE ${path}`, door.changing())).code).toBe("run_not_found");
  });

  test("under a name that was made to mean this machine", async () => {
    const foreign = [
      "Host: evil.example",
      `Host: evil.example:${door.port}`,
      `Host: 127.0.0.1.nip.io:${door.port}`,
    ];
    for (const name of foreign) {
      const headers = but(but(door.changing(), name), `Origin: http://${name.slice(6)}`);
      expect((await door.resume(headers)).code).toBe("host_not_allowed");
    }
    const local = but(
      but(door.changing(), `Host: localhost:${door.port}`),
      `Origin: http://localhost:${door.port}`,
    );
    expect((await door.resume(local)).status).toBe(200);
  });

  test("for what the page does not use", async () => {
    for (const path of ["/mcp", "/metrics", "/openapi.json", "/healthz", "/page/logout/", "/v1"]) {
      expect((await door.send(`GET ${path}`, door.reading())).code).toBe("browser_not_allowed");
    }
    expect((await door.send("OPTIONS /v1/status", door.changing())).code).toBe("browser_not_allowed");
  });

  test("on the socket, where there is no page either", async () => {
    const socket = { path: door.agent.socket };
    for (const headers of [door.reading(), door.changing()]) {
      expect((await door.status(headers, socket)).code).toBe("browser_not_allowed");
    }
    expect((await door.status([door.host, ...door.session()], socket)).code).toBe("token_missing");
    for (const line of ["GET /", "GET /page.js", "GET /page.css", "POST /page/login", "POST /page/logout"]) {
      expect((await door.send(line, [door.host, JSON_TYPE], socket)).code).toBe("not_found");
    }
    const bearer = `Authorization: Bearer ${door.agent.token}`;
    expect((await door.status([door.host, bearer], socket)).status).toBe(200);
  });
});
