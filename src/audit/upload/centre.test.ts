import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfSigned } from "../../platform/certificate-testing.ts";
import { Centre, type CentreSettings } from "./centre.ts";
import { Receiver, TAKEN } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "remit-centre-"));
const certificate = selfSigned("IP:127.0.0.1");
const SECRET = "s3cret-token";

let plain: Receiver;
let secure: Receiver;
beforeAll(async () => {
  plain = await Receiver.start();
  secure = await Receiver.start({ secure: certificate });
});
afterEach(() => {
  plain.answer = () => TAKEN;
});
afterAll(() => {
  for (const receiver of [plain, secure]) receiver.close();
  rmSync(folder, { recursive: true });
});

const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const send = (
  settings: Partial<CentreSettings> = {},
  centre = new Centre({ url: plain.url, ...settings }, "1"),
) => centre.send("status", Buffer.from("{}"), undefined, new AbortController().signal);

describe("where it is sent", () => {
  test.each([
    ["", "/status"],
    ["/", "/status"],
    ["/opa/v1", "/opa/v1/status"],
    ["/opa/v1/", "/opa/v1/status"],
  ])("below the URL: %p", async (path, expected) => {
    expect(await send({ url: plain.url + path })).toBeUndefined();
    expect(plain.requests.at(-1)?.path).toBe(expected);
  });
});

describe("a token", () => {
  test("is read for each request", async () => {
    const tokenFile = file("token", `${SECRET}\n`);
    await send({ tokenFile });
    expect(plain.requests.at(-1)?.headers.authorization).toBe(`Bearer ${SECRET}`);
    file("token", "next");
    await send({ tokenFile });
    expect(plain.requests.at(-1)?.headers.authorization).toBe("Bearer next");
    await send();
    expect(plain.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  test.each([
    ["that others can read", SECRET, 0o644],
    ["with a line in it that would be another header", `${SECRET}\r\nx-more: 1`, 0o600],
    ["of nothing", "", 0o600],
    ["with spaces", `${SECRET} ${SECRET}`, 0o600],
  ])("%s is sent to nobody, and not told", async (_, text, mode) => {
    const before = plain.requests.length;
    const failure = await send({ tokenFile: file("token", text, mode) });
    expect(failure?.code).toBe("token_unusable");
    expect(failure?.message).not.toContain(SECRET);
    expect(plain.requests.length).toBe(before);
  });

  test("that is not there is told with its key", async () => {
    expect(await send({ tokenFile: join(folder, "none") })).toEqual({
      code: "token_unusable",
      message: "upload.token_file cannot be read: No such file or directory (os error 2)",
    });
  });
});

describe("over TLS", () => {
  test("it is whom the file of authorities vouches for", async () => {
    expect(await send({ url: secure.url, caFile: file("ca", certificate.cert, 0o644) })).toBeUndefined();
  });
  test.each([
    ["nobody", {}],
    ["another authority", { caFile: file("other", selfSigned("IP:127.0.0.1").cert) }],
  ])("it is nobody whom %s vouches for", async (_, settings) => {
    const before = secure.requests.length;
    const failure = await send({ url: secure.url, tokenFile: file("token", SECRET), ...settings });
    expect(failure?.code).toBe("unreachable");
    expect(failure?.message).not.toContain(SECRET);
    expect(secure.requests.length).toBe(before);
  });
  test("a file of authorities that is not there, or none, is told", async () => {
    const failure = await send({ url: secure.url, caFile: join(folder, "none") });
    expect(failure?.code).toBe("authority_unusable");
    expect((await send({ url: secure.url, caFile: file("nonsense", "x") }))?.code).toBe("unreachable");
  });
});

test.each([
  [200, undefined],
  [204, undefined],
  [301, "redirected"],
  [307, "redirected"],
  [400, "rejected"],
  [401, "unauthorized"],
  [403, "unauthorized"],
  [404, "refused"],
  [408, "unavailable"],
  [413, "too_large"],
  [415, "refused"],
  [422, "rejected"],
  [429, "unavailable"],
  [500, "unavailable"],
  [503, "unavailable"],
] as const)("%d is %s", async (status, code) => {
  plain.answer = () => ({ status, headers: { location: `${plain.url}/elsewhere` } });
  const before = plain.requests.length;
  const failure = await send();
  expect([failure?.code, failure?.httpCode]).toEqual([code, code && status]);
  expect(plain.requests.length).toBe(before + 1);
});

test("what the central team asks for is told, and what became of all is counted", async () => {
  const centre = new Centre({ url: plain.url }, "1");
  plain.answer = () => ({ status: 429, headers: { "retry-after": "30" } });
  expect(await send({}, centre)).toMatchObject({ retryAfterMs: 30_000 });
  expect(centre.acceptedAt).toBeUndefined();
  plain.answer = () => "cut";
  await send({}, centre);
  plain.answer = () => TAKEN;
  await send({}, centre);
  expect(centre.outcomes.status).toEqual({ accepted: 1, refused: 1, failed: 1 });
  expect(centre.outcomes.logs).toEqual({ accepted: 0, refused: 0, failed: 0 });
  expect(centre.acceptedAt).toBeInstanceOf(Date);
});
