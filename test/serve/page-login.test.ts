/** Who gets a session of the operator page. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { recordsOf } from "../../src/audit/testing.ts";
import { but, cookieOf, Door, FETCH, JSON_TYPE, keyOf } from "./page-door.ts";

let door: Door;
beforeAll(async () => {
  door = await Door.start();
});
afterAll(() => door.stop());
beforeEach(() => door.begin());

describe("a login", () => {
  test("is good once, and the cookie is one that scripts and other sites do not get", async () => {
    const secret = await door.code();
    const first = await door.logIn(secret);
    expect(first.status).toBe(200);
    expect(first.headers).toMatch(
      new RegExp(
        `^set-cookie: remit_session_${door.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict\\r?$`,
        "im",
      ),
    );
    const second = await door.logIn(secret);
    expect([second.status, second.code]).toEqual([401, "login_code_unknown"]);
    expect(second.headers).not.toMatch(/^set-cookie/im);
  });

  test("stands in the decision log, and no secret of it anywhere", async () => {
    const secret = await door.code();
    const answer = await door.logIn(secret);
    expect(
      recordsOf(door.agent.state)
        .filter(({ kind }) => kind === "admin")
        .at(-1),
    ).toMatchObject({ act: "page_login", principal: 'Agent::"administrator"' });
    const secrets = [secret, cookieOf(answer).split("=")[1] ?? "none", keyOf(answer)];
    const kept = readdirSync(door.agent.state)
      .map((name) => join(door.agent.state, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, "latin1"));
    expect(secrets.filter((one) => kept.some((text) => text.includes(one)))).toEqual([]);
  });

  test("ends the one that the browser had before", async () => {
    const before = door.reading();
    await door.logIn(await door.code(), door.session());
    expect((await door.status(before)).code).toBe("session_unknown");
  });

  test("is not to be had without a code, or with it in another place", async () => {
    const secret = await door.code();
    const plain = [door.host, ...FETCH, door.origin, JSON_TYPE];
    for (const wrong of ["A".repeat(43), secret.slice(1), `${secret}A`, door.agent.token]) {
      expect((await door.logIn(wrong)).code).toBe("login_code_unknown");
    }
    for (const path of ["/page/login", `/page/login?code=${secret}`, `/page/login?access_token=${secret}`]) {
      expect((await door.send(`POST ${path}`, plain)).code).toBe("login_code_unknown");
      expect((await door.send(`GET ${path}`, plain)).code).toBe("method_not_allowed");
    }
    expect((await door.send("POST /page/login", [...plain, `Cookie: code=${secret}`])).code).toBe(
      "login_code_unknown",
    );
    expect((await door.logIn(secret)).status).toBe(200);
  });

  test("is no login of another page", async () => {
    const secret = await door.code();
    const own = [door.host, ...FETCH, door.origin, JSON_TYPE, `Authorization: Bearer ${secret}`];
    for (const foreign of [
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Site: same-site",
      "Origin: http://evil.example",
      "Origin: null",
      "Referer: http://evil.example/",
    ]) {
      expect((await door.send("POST /page/login", but(own, foreign))).code).toBe("browser_not_allowed");
    }
    expect((await door.send("POST /page/login", but(own, "Content-Type: text/plain"))).code).toBe(
      "media_type",
    );
    expect((await door.send("POST /page/login", own)).status).toBe(200);
  });

  test("reads nothing of who has no code", async () => {
    const answer = await door.logIn("nobody", ["Content-Length: 1000000"]);
    expect(answer.code).toBe("login_code_unknown");
  });

  test("is only for administrators, by their token, and not by a session", async () => {
    const runner = door.agent.createToken({ name: "runner", scope: "run" });
    const ask = async (token: string) =>
      (await (await door.agent.request("/v1/admin/page", { token, method: "POST" })).json()) as {
        code: string;
      };
    expect((await ask(runner)).code).toBe("scope_missing");
    expect((await door.send("POST /v1/admin/page", door.changing())).code).toBe("scope_missing");
    expect(await ask(door.agent.token)).toMatchObject({ address: `${door.agent.url}/` });
  });
});
