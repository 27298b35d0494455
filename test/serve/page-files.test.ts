/** The files of the operator page: what they have and need, and who may take them in. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Door, JSON_TYPE, NAVIGATE } from "./page-door.ts";

let door: Door;
beforeAll(async () => {
  door = await Door.start();
});
afterAll(() => door.stop());
beforeEach(() => door.begin());

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
    const asked = [
      door.host,
      "Sec-Fetch-Site: same-origin",
      `Sec-Fetch-Mode: ${mode}`,
      `Sec-Fetch-Dest: ${dest}`,
    ];
    const answer = await door.send(`GET ${path}`, asked);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatch(new RegExp(`^content-type: ${type}; charset=utf-8`, "im"));
    expect(answer.body).toBe((await door.send(`GET ${path}`, [...asked, ...door.session()])).body);
    expect((await door.send(`GET ${path}`, [door.host])).status).toBe(200);
    expect(answer.body).not.toContain(door.agent.state);
  });

  test.each(FILES)("%s is in no frame, and takes nothing from elsewhere", async (path) => {
    const { headers } = await door.send(`GET ${path}`, [door.host]);
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
        door.send("GET /", [
          door.host,
          `Sec-Fetch-Site: ${site}`,
          "Referer: http://wiki.example/",
          ...headers,
        ]);
      expect((await by(NAVIGATE)).status).toBe(200);
      for (const dest of ["iframe", "frame", "object", "embed"]) {
        expect((await by(["Sec-Fetch-Mode: navigate", `Sec-Fetch-Dest: ${dest}`])).code).toBe(
          "browser_not_allowed",
        );
      }
    }
    expect((await door.send("GET /", [`Host: evil.example:${door.port}`, ...NAVIGATE])).code).toBe(
      "host_not_allowed",
    );
  });

  test("is no part of another page", async () => {
    for (const site of ["same-site", "cross-site"]) {
      for (const path of ["/", "/page.js", "/page.css"]) {
        const asked = [
          door.host,
          `Sec-Fetch-Site: ${site}`,
          "Sec-Fetch-Mode: no-cors",
          "Sec-Fetch-Dest: script",
        ];
        expect((await door.send(`GET ${path}`, asked)).code).toBe("browser_not_allowed");
      }
    }
  });

  test("takes nothing", async () => {
    for (const line of ["POST /", "DELETE /page.js", "PUT /page.css"]) {
      expect((await door.send(line, [door.host, JSON_TYPE])).code).toBe("method_not_allowed");
      expect((await door.send(line, door.changing())).code).toBe("browser_not_allowed");
    }
    expect((await fetch(`${door.agent.url}/`, { method: "HEAD" })).status).toBe(200);
  });
});
