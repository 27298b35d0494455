import { describe, expect, test } from "bun:test";
import { ConfigurationError, parseConfiguration } from "./parse.ts";

function fault(text: string): string | undefined {
  try {
    parseConfiguration(`[upload]\n${text}`, "f");
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
}

test("without the table nothing is reported; an address is enough", () => {
  expect(parseConfiguration("", "f").upload).toBeUndefined();
  expect(parseConfiguration('[upload]\nurl = "https://a.test/x"', "f").upload).toEqual({
    url: "https://a.test/x",
    insecure: false,
    decisions: true,
    status: true,
    interval_s: 600,
    heartbeat_s: 900,
    labels: {},
  });
});

test("every key", () => {
  const text = `
    [upload]
    url = "https://a.test:8443/opa"
    insecure = false
    token_file = "/etc/remit/upload-token"
    ca_file = "/etc/remit/ca.pem"
    proxy = "http://proxy.test:3128"
    decisions = false
    status = true
    interval_s = 60
    heartbeat_s = 300
    labels = { fleet = "fleet-a", "site.name" = "Köln" }`;
  expect(parseConfiguration(text, "f").upload).toMatchObject({
    proxy: "http://proxy.test:3128",
    labels: { fleet: "fleet-a", "site.name": "Köln" },
  });
});

describe("addresses", () => {
  test.each([
    'url = "https://a.test"',
    'url = "http://127.0.0.1:8080"',
    'url = "http://127.1.2.3"',
    'url = "http://localhost:8080/x"',
    'url = "http://[::1]:8080"',
    'url = "http://a.test"\ninsecure = true',
    'url = "https://a.test"\nproxy = "http://10.0.0.1:3128"',
  ])("%s", (text) => {
    expect(fault(text)).toBeUndefined();
  });

  test.each([
    ["decisions = true", "f:1:1: upload.url: Invalid input: expected string, received undefined"],
    ['url = "a.test"', "f:2:1: upload.url: must be https://HOST"],
    ['url = "ftp://a.test"', "f:2:1: upload.url: must be https://HOST"],
    ['url = "https://u:p@a.test"', "f:2:1: upload.url: must be https://HOST"],
    ['url = "https://a.test?token=x"', "f:2:1: upload.url: must be https://HOST"],
    ['url = "https://a.test#x"', "f:2:1: upload.url: must be https://HOST"],
    ['url = "http://a.test"', "f:2:1: upload.url: sends the token and the decisions in the clear"],
    ['url = "http://127.0.0.1.a.test"', "f:2:1: upload.url: sends the token"],
    ['url = "http://localhost.a.test"', "f:2:1: upload.url: sends the token"],
    ['url = "http://0.0.0.0"', "f:2:1: upload.url: sends the token"],
    ['url = "https://a.test"\nproxy = "https://p.test"', "f:3:1: upload.proxy: must be http://HOST[:PORT]"],
    [
      'url = "https://a.test"\nproxy = "http://u:p@p.test"',
      "f:3:1: upload.proxy: must be http://HOST[:PORT]",
    ],
    ['url = "https://a.test"\nproxy = "http://p.test/x"', "f:3:1: upload.proxy: must be http://HOST[:PORT]"],
    ['url = "http://localhost"\nproxy = "http://p.test"', "f:3:1: upload.proxy: is asked for a tunnel"],
  ])("not %s", (text, message) => {
    expect(fault(text)).toStartWith(message);
  });
});

const URL_LINE = 'url = "https://a.test"\n';
test.each([
  ["token_fil = 1", "f:3:1: unknown key 'upload.token_fil'; did you mean 'token_file'?"],
  ['token_file = "token"', "f:3:1: upload.token_file: must be an absolute path"],
  ["interval_s = 0", "f:3:1: upload.interval_s: Too small"],
  ["heartbeat_s = 86401", "f:3:1: upload.heartbeat_s: Too big"],
  ["labels = { fleet = 1 }", "f:3:1: upload.labels.fleet: Invalid input: expected string"],
  ['labels = { "a b" = "x" }', "f:3:1: upload.labels.a b: "],
  [`labels = { a = "${"x".repeat(129)}" }`, "f:3:1: upload.labels.a: Too big"],
  [
    `labels = { ${Array.from({ length: 17 }, (_, index) => `a${index} = "x"`).join(", ")} }`,
    "f:3:1: upload.labels: has more than 16 labels",
  ],
])("%s is refused, with its place", (text, message) => {
  expect(fault(URL_LINE + text)).toStartWith(message);
});
