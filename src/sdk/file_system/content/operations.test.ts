import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Value } from "rhai-wasm";
import { messageOf, testRun } from "../../testing.ts";
import { newLabel } from "./attribute.ts";
import { certificate, EXTENSIONS } from "./certificate/testing.ts";
import { contentNamespaces } from "./index.ts";
import { built, denied, perform, performIn, Sandbox } from "./testing.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const path = (name: string) => join(sandbox.path, name);

describe("verify_cert", () => {
  const root = certificate({ subject: "Root", extensions: [EXTENSIONS.ca()] });
  const between = certificate({ subject: "Between", issuer: root, extensions: [EXTENSIONS.ca()] });
  const direct = certificate({ subject: "direct", issuer: root });
  const leaf = certificate({ subject: "leaf", issuer: between });
  const file = (name: string, ...pems: string[]) => sandbox.file(name, pems.join(""));

  test("signed by the root", () => {
    const run = testRun();
    performIn(run, "verify_cert", file("direct", direct.pem), file("root", root.pem));
    expect(run.asked).toEqual(
      ["root", "direct"].map((name) => `file_system.open file_system::File::${path(name)}`),
    );
  });

  test("over intermediates, in files of their own or with the certificate", () => {
    const trusted = file("root", root.pem);
    expect(
      perform("verify_cert_chain", file("leaf", leaf.pem), trusted, [file("between", between.pem)]),
    ).toBeNull();
    expect(perform("verify_cert", file("bundle", leaf.pem, between.pem), trusted)).toBeNull();
    expect(messageOf(() => perform("verify_cert", file("leaf", leaf.pem), trusted))).toBe(
      "Certificate verification error: Certificate chain verification failed: UnknownIssuer",
    );
    expect(
      perform("verify_cert_chain", file("direct", direct.pem), trusted, [file("text", "no pem")]),
    ).toBeNull();
  });

  test("denied", () => {
    const handles = [file("direct", direct.pem), file("root", root.pem)];
    const message = messageOf(() => performIn(denied("open", path("root")), "verify_cert", ...handles));
    expect(message).toContain('unauthorized to perform file_system::Action::"open"');
  });

  const broken = "-----BEGIN CERTIFICATE-----\nAAECAw==\n-----END CERTIFICATE-----\n";
  test.each([
    ["direct", "", "No certificates found in root CA file"],
    ["", "root", "No certificates found in server certificate file"],
    ["broken", "root", "Failed to parse end-entity certificate: BadDer"],
    ["direct", "broken", "Failed to parse root certificate as trust anchor: BadDer"],
    ["cut", "root", "Failed to parse PEM certificates: missing section end marker"],
  ])("%j under %j", (server, anchor, message) => {
    const texts: { readonly [name: string]: string } = {
      direct: direct.pem,
      root: root.pem,
      broken,
      cut: root.pem.slice(0, 90),
    };
    const handles = [file("server", texts[server] ?? ""), file("anchor", texts[anchor] ?? "")];
    expect(messageOf(() => perform("verify_cert", ...handles))).toStartWith(
      `Certificate parse error: ${message}`,
    );
  });

  test("a file without bound, and one not opened for reading", () => {
    const trusted = file("root", root.pem);
    const large = sandbox.file("large", Buffer.alloc(1024 * 1024 + 1, 10));
    expect(messageOf(() => perform("verify_cert", large, trusted))).toContain("certificateBytes");
    file("direct", direct.pem);
    const unread = sandbox.open("direct", { write: true });
    expect(messageOf(() => perform("verify_cert", unread, trusted))).toBe(
      "Certificate parse error: Failed to read certificate file: Bad file descriptor (os error 9)",
    );
  });

  test("what is not a file among the intermediates", () => {
    const handles = [file("leaf", leaf.pem), file("root", root.pem)] as const;
    expect(messageOf(() => perform("verify_cert_chain", ...handles, [1n]))).toContain(
      "non-file-handle elements",
    );
  });
});

describe.if(process.platform === "linux")("elf_info", () => {
  test("an executable", () => {
    copyFileSync(process.execPath, path("bun"));
    const info = perform("elf_info", sandbox.open("bun"));
    const fields = performIn(testRun(), "to_map", info) as Map<string, Value>;
    expect([...fields.keys()]).toEqual(["execfn", "platform", "interpreter", "is_64bit"]);
    expect(String(fields.get("interpreter"))).toContain("ld-");
    expect([perform("execfn", info), perform("is_64bit", info)]).toEqual([null, true]);
  });

  test("what is none, and denied", () => {
    const handle = sandbox.file("text", "too short");
    expect(messageOf(() => perform("elf_info", handle))).toBe(
      "Validation error: Failed to parse ELF file: Malformed entity: Too small",
    );
    expect(messageOf(() => performIn(denied("read", path("text")), "elf_info", handle))).toContain('"read"');
  });
});

describe("set_extended_attr", () => {
  const set = (options: { readonly [name: string]: Value }, run = testRun()) =>
    performIn(run, "set_extended_attr", sandbox.file("f", "x"), built("SetXAttrOptions", options));
  const name = "security.selinux";

  test.each([
    [{ selinux_type: "  " }, "SELinux type cannot be empty or whitespace-only"],
    [{ selinux_user: " u" }, "SELinux user cannot have leading or trailing whitespace"],
    [{ selinux_role: "a:b" }, "SELinux role cannot contain ':' character as it is the context delimiter"],
    [{ selinux_level: "s0\x01" }, "SELinux level cannot contain control characters"],
    [
      { selinux_type: "", selinux_user: "a:b" },
      "SELinux user cannot contain ':' character as it is the context delimiter",
    ],
  ])("%p", (options, message) => {
    expect(messageOf(() => set({ name, ...options }))).toBe(`Invalid arguments: ${message}`);
  });

  test("only SELinux labels, and the policy sees the name", () => {
    const names: unknown[] = [];
    const run = testRun(({ context }) => names.push(context?.record["xattr"]) > 0);
    expect(messageOf(() => set({ name: "user.note" }, run))).toBe(
      "Unsupported Operation error: Extended attribute for 'user.note' is not supported. Only 'security.selinux' is supported.",
    );
    expect(names).toEqual([{ name: "user.note" }]);
    expect(messageOf(() => set({ name }, denied("set_x_attr", path("f"))))).toContain('Action::"set_x_attr"');
    expect(messageOf(() => built("SetXAttrOptions"))).toBe("`name` must be initialized");
  });

  test("a file without a label", () => {
    expect(messageOf(() => set({ name, selinux_type: "t" }))).toMatch(/\(os error (61|95)\)$/);
  });

  test("the new label", () => {
    expect(newLabel(name, "u:r:t:s0", [undefined, "r2", "t2", undefined])).toBe("u:r2:t2:s0");
    expect(() => newLabel(name, "", [])).toThrow("is empty");
    expect(() => newLabel(name, "u:r:t:s0:c1", [])).toThrow("expected 4 colon-separated components, got 5");
  });
});

test("the table has every operation on content", () => {
  const names = contentNamespaces.flatMap(({ operations }) => operations.map((operation) => operation.name));
  const expected = [
    "compress_gzip",
    "gzip_info",
    "search_gzip_exists",
    "verify_cert",
    "verify_cert_chain",
    "execute",
    "elf_info",
    "extract_archive",
    "set_extended_attr",
  ];
  expect(names).toEqual(expect.arrayContaining(expected));
});
