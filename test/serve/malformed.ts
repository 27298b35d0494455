/** Requests that are wrong, each in one way or some, made of random numbers: none of them may be taken. */
import { request } from "./wire.ts";

/** A number below `below`, the same ones at each run of a test (mulberry32). */
export type Random = (below: number) => number;

export function random(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export interface Target {
  /** Headers of a request that would be taken. */
  readonly host: string;
  readonly bearer: string;
  /** A script that would leave a trace. */
  readonly script: string;
}

const JSON_TYPE = "Content-Type: application/json";
const RUNS = "POST /v1/runs HTTP/1.1";
const BYTES = [
  "\0",
  "\r",
  "\n",
  "\r\n",
  "\r\n\r\n",
  " ",
  ":",
  "{",
  "}",
  '"',
  "\\",
  "%",
  "\x7f",
  "\xff",
  "\t",
  "/",
  "-1",
];

const pick = <T>(next: Random, list: readonly T[]): T => list[next(list.length)] as T;
const length = (body: string): string => `Content-Length: ${Buffer.byteLength(body, "latin1")}`;
const some = (next: Random, most: number): string =>
  Array.from({ length: next(most) }, () => pick(next, [...BYTES, "a", "1", ".", "..", "é"])).join("");

/** Right but for some bytes. Nobody's: what is still right is refused for that. */
const mutated = (next: Random, { host, script }: Target): string => {
  const body = JSON.stringify({ script, wait_ms: 0 });
  const who = pick(next, ["", "Authorization: Bearer remit_wrong\r\n", "Authorization: Basic eDp5\r\n"]);
  let text = `${pick(next, ["POST", "GET", "PUT", "DELETE", "HEAD", "X"])} ${pick(next, PATHS)} HTTP/1.1\r\n${host}\r\n${who}${JSON_TYPE}\r\n${length(body)}\r\n\r\n${body}`;
  for (let count = next(3); count >= 0; count--) {
    const where = next(text.length);
    text = text.slice(0, where) + pick(next, BYTES) + text.slice(where + next(2));
  }
  return text;
};

/** A body that is none, however it is framed. */
const framed = (next: Random, { host, bearer, script }: Target): string => {
  const whole = JSON.stringify({ script });
  const body = whole.slice(0, 1 + next(whole.length - 1));
  const size = body.length.toString(16);
  const [headers, sent] = pick(next, [
    [[length(body)], body],
    [[`Content-Length: ${next(body.length)}`], body],
    [[`Content-Length: ${body.length + 1 + next(100)}`], body],
    [[length(body), length(body)], body],
    [[length(body), "Transfer-Encoding: chunked"], `${size}\r\n${body}\r\n0\r\n\r\n`],
    [["Transfer-Encoding: chunked"], `${size}\r\n${body}\r\n0\r\n\r\n`],
    [["Transfer-Encoding: chunked"], `${size}\r\n${body}\r\n`],
    [
      ["Transfer-Encoding: chunked"],
      `${pick(next, ["zz", "-1", "", "0x1", "fffffffffffffffff", " 1"])}\r\n${body}\r\n0\r\n\r\n`,
    ],
    [["Transfer-Encoding: chunked"], `${size}\r\n${body}${some(next, 4)}0\r\n\r\n`],
    [[`Transfer-Encoding: ${pick(next, ["gzip", "chunked, gzip", "identity", "chunked\0", ""])}`], body],
  ] as const);
  return request(RUNS, [host, bearer, JSON_TYPE, ...headers], sent);
};

/** JSON or nearly, and not what a run takes. */
const worded = (next: Random, { host, bearer, script }: Target): string => {
  const text = JSON.stringify(script);
  const value = pick(next, [
    "null",
    "1",
    "[]",
    '"x"',
    "1e999",
    "-0.5",
    "{}",
    "truE",
    '"\\ud800"',
    "\\u0000",
    "01",
    "+1",
  ]);
  const body = pick(next, [
    value,
    `[{"script":${text}}]`,
    `{"script":${pick(next, ["null", "1", "[]", "{}", "true", '"\\udfff"'])}}`,
    `{"script":${text},"timeout_ms":${pick(next, ["0", "-1", "1.5", '"1"', "1e999", "null"])}}`,
    `{"script":${text},"dry_run":${pick(next, ["0", '"true"', "null", "[]"])}}`,
    `{"script":${text},"arguments":${pick(next, ["[]", "1", '"x"', "null"])}}`,
    `{"script":${text},"${pick(next, ["as", "__proto__", "constructor", "Script", "script\\u0000", ""])}":${pick(next, ["1", "{}"])}}`,
    `{"script":${text},"script":${text}}`,
    `{"script":${text},"\\u0073cript":${text}}`,
    `{"script":${text},"arguments":{"a":${"[".repeat(300 + next(5000))}${"]".repeat(300)}}}`,
    `{"script":${text}}${pick(next, ["x", "{}", ",", "\0", "]"])}`,
    `\xef\xbb\xbf{"script":${text}}`,
    `{"script":${text}${pick(next, [",", ":", "", ",}", "/**/", "\xff"])}`,
    `{'script':${text}}`,
    `{"script":"${pick(next, ["\n", "\t", "\0", "\xff\xfe", "\xed\xa0\x80"])}"}`,
  ]);
  return request(RUNS, [host, bearer, JSON_TYPE, length(body)], body);
};

const PATHS = [
  "/v1/runs",
  "/v1/runs/run_x/events",
  "/v1/approvals/x",
  "/v1/denials?limit=-1",
  "/%00",
  "/mcp",
  "*",
];

/** Where nothing is, or what is there for another method. */
const placed = (next: Random, { host, bearer, script }: Target): string => {
  const body = JSON.stringify({ script });
  const path = pick(next, [
    `/v1/runs/${some(next, 8)}x`,
    `/v1/runs${pick(next, ["/", "//", "%2f", "%00", ";", "/..;/runs", "/%2e%2e%2fruns", "x", "\\x", "%"])}`,
    `//v1/runs${some(next, 3)}`,
    `/${some(next, 12)}`,
    `/v1/${"../".repeat(next(5))}${some(next, 4)}`,
    `/${"a".repeat(next(30_000))}`,
    `http://${some(next, 4)}evil/v1/run`,
  ]);
  const method = pick(next, [
    "POST",
    "PUT",
    "PATCH",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "post",
    `P${some(next, 3)}`,
    "",
  ]);
  return request(`${method} ${path} HTTP/1.1`, [host, bearer, JSON_TYPE, length(body)], body);
};

/** With a header that is not to be there, or without one that is. */
const headed = (next: Random, { host, bearer, script }: Target): string => {
  const body = JSON.stringify({ script });
  const headers = [host, bearer, JSON_TYPE, length(body)];
  const wrong = pick(next, [
    "Host: evil",
    bearer,
    "Content-Type: text/plain",
    "Origin: null",
    "Referer: http://127.0.0.1/",
    "Sec-Fetch-Site: same-origin",
    "Content-Encoding: gzip",
    `Idempotency-Key: ${pick(next, ["", "a b", "x".repeat(129), '"', "é"])}`,
    `X${some(next, 3)}\0: y`,
    "X: a\r\n b",
    `X: ${"y".repeat(20_000)}`,
    ": y",
    "X",
    `${" "}Content-Length: 3`,
  ]);
  const missing = next(3);
  const without = headers.filter((_, index) => index !== missing);
  return request(RUNS, next(4) === 0 ? without : [...headers, wrong], body);
};

const KINDS = [mutated, framed, worded, placed, headed];

/** One to three of them, as they would follow each other on a connection. */
export function malformed(next: Random, target: Target): { readonly bytes: Buffer; readonly count: number } {
  const texts = Array.from({ length: 1 + (next(4) === 0 ? next(3) : 0) }, () =>
    pick(next, KINDS)(next, target),
  );
  return { bytes: Buffer.from(texts.join(""), "latin1"), count: texts.length };
}

/** `bytes` in pieces, cut anywhere. */
export function pieces(next: Random, bytes: Buffer): readonly Buffer[] {
  const cuts = Array.from({ length: next(4) }, () => next(bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}
