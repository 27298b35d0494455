import { describe, expect, test } from "bun:test";
import { createAccess, Denied, explain, parsePolicySet } from "./index.ts";
import { allows, decide, fileRequest, OPEN, root } from "./testing.ts";
import type { AuthorizationRequest, Principal } from "./types.ts";

describe("access", () => {
  const seen: string[] = [];
  const access = createAccess(parsePolicySet(`permit(principal, action == ${OPEN}, resource);`), "root", {
    onDecision: ({ action }, { allowed }) => seen.push(`${action} ${allowed}`),
  });
  const read = fileRequest("read", "/a");
  test("require gives the proof of an allow", () => {
    const request = fileRequest("open", "/a");
    expect(access.require(request).request).toBe(request);
  });
  test("require throws a denial that says of what", () => {
    expect(() => access.require(read)).toThrow(Denied);
    expect(() => access.require(read)).toThrow("root may not file_system.read file_system::File::/a");
  });
  test("as another user: the same policy, told of with the user's name", () => {
    const told: string[] = [];
    const policy = `permit(principal == User::"root", action == ${OPEN}, resource);
      permit(principal == User::"agent", action == file_system::Action::"read", resource);`;
    const agent = createAccess(parsePolicySet(policy), "agent", {
      onDecision: ({ action }, { allowed }, { id }) => told.push(`${id} ${action} ${allowed}`),
    });
    const root = agent.as("root");
    expect([agent.as("agent"), agent.as("root"), root.principal]).toEqual([agent, root, "root"]);
    // Turn by turn: what Cedar keeps for one must not answer for the other.
    for (const path of ["/a", "/b"]) {
      const [open, read] = [fileRequest("open", path), fileRequest("read", path)];
      expect([root.permit(open), agent.permit(open)].map((token) => token !== undefined)).toEqual([
        true,
        false,
      ]);
      expect([root.permit(read), agent.permit(read)].map((token) => token !== undefined)).toEqual([
        false,
        true,
      ]);
    }
    expect(() => root.require(read)).toThrow("root may not file_system.read file_system::File::/a");
    expect(told.slice(0, 2)).toEqual(["root file_system.open true", "agent file_system.open false"]);
  });
  describe("an agent", () => {
    const careful = { type: "Agent", id: "assistant", attributes: { autonomy: 2 }, groups: ["agents"] };
    const request = fileRequest("read", "/a");
    const READ = 'action == file_system::Action::"read"';
    const may = (policy: string, principal: Principal = careful) =>
      createAccess(parsePolicySet(policy), principal).permit(request) !== undefined;

    test("is found by its name, its type and its groups", () => {
      for (const clause of [
        '== Agent::"assistant"',
        "is Agent",
        'in Group::"agents"',
        'is Agent in Group::"agents"',
      ]) {
        expect(may(`permit(principal ${clause}, ${READ}, resource);`)).toBe(true);
      }
      for (const clause of ['== Agent::"other"', "is User", 'in Group::"people"', '== User::"assistant"']) {
        expect(may(`permit(principal ${clause}, ${READ}, resource);`)).toBe(false);
      }
      expect(
        may(`permit(principal in Group::"agents", ${READ}, resource);`, { ...careful, groups: [] }),
      ).toBe(false);
    });

    test("and judged by what is known of it", () => {
      const policy = `permit(principal is Agent, ${READ}, resource) when { principal.autonomy >= 2 };`;
      expect(may(policy)).toBe(true);
      expect(may(policy, { ...careful, attributes: { autonomy: 1 } })).toBe(false);
      // Of which nothing is known.
      expect(may(policy, { type: "Agent", id: "assistant" })).toBe(false);
    });

    test("stays who it is, whatever account acts for it", () => {
      const access = createAccess(
        parsePolicySet(`permit(principal == User::"root", ${READ}, resource);`),
        careful,
      );
      expect(access.as("root")).toBe(access);
      expect(access.as("root").permit(request)).toBeUndefined();
      expect(() => access.require(request)).toThrow(
        "assistant may not file_system.read file_system::File::/a",
      );
    });
  });

  test("two policies in turn are not taken for each other", () => {
    const policies = [
      `permit(principal, action == ${OPEN}, resource);`,
      `forbid(principal, action, resource);`,
    ];
    const [lenient, strict] = policies.map((policy) => createAccess(parsePolicySet(policy), "root"));
    for (const path of ["/a", "/b", "/c"]) {
      // With a context no decision is remembered, so that Cedar is asked each time.
      const request = { ...fileRequest("open", path), context: { record: {}, entities: [] } };
      expect([lenient?.permit(request) !== undefined, strict?.permit(request)]).toEqual([true, undefined]);
    }
  });
  test("permit is undefined for a denial", () => {
    expect(access.permit(read)).toBeUndefined();
    expect(access.permit(fileRequest("open", "/b"))).toBeDefined();
  });
  test("every decision is told, cached or not", () => {
    expect(seen).toEqual([
      "file_system.open true",
      "file_system.read false",
      "file_system.read false",
      "file_system.read false",
      "file_system.open true",
    ]);
  });
  test("what is tried is told of where it is allowed, and decided as ever", () => {
    const before = seen.length;
    const tried = access.tentative();
    expect(() => tried.require(read)).toThrow(Denied);
    expect(tried.permit(read)).toBeUndefined();
    expect(seen.slice(before)).toEqual([]);
    expect(tried.permit(fileRequest("open", "/c"))).toBeDefined();
    expect(seen.slice(before)).toEqual(["file_system.open true"]);
    expect(() => access.require(read)).toThrow(Denied);
    expect(seen.slice(before)).toEqual(["file_system.open true", "file_system.read false"]);
  });
});

describe("explanations", () => {
  const why = (policy: string, request: AuthorizationRequest) =>
    explain(root, request, decide(policy, request));
  test("of an allow name the permit", () => {
    expect(why('@id("all") permit(principal, action, resource);', fileRequest("open", "/a"))).toBe(
      'allowed: file_system.open on file_system::File::"/a"\n  permitted by all',
    );
  });
  test("of a denial name the forbid", () => {
    expect(why('@id("none") forbid(principal, action, resource);', fileRequest("open", "/a"))).toContain(
      "forbidden by none",
    );
  });
  test("of a missing permit give one that works", () => {
    const request = fileRequest("open", '/a"\n\\b');
    const text = why("", request);
    const policy = /permit\(.*;/.exec(text)?.[0] ?? "";
    expect(allows(policy, request)).toBe(true);
  });
});
