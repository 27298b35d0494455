/** Attacks by what is in a signed bundle: rows 77 to 81, 89, 91 and 92. What is taken decides as it says; what is not changes nothing. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { until } from "../support/agent.ts";
import { bundle, DeviceWorld, Team } from "../support/device-world.ts";

setDefaultTimeout(60_000);

let team: Team;
let device: DeviceWorld;
let made = 0;
beforeAll(async () => {
  team = await Team.begin();
  device = new DeviceWorld(team);
  await device.device();
});
afterAll(async () => {
  await device.remove();
  team.end();
});

type Texts = { readonly [file: string]: string };

/** Releases a bundle with these files beside, or instead of, the policy by which `/usr` may be opened; gives its revision. */
async function release(
  files: Texts,
  more: object = {},
): Promise<{ revision: string; code: string | undefined }> {
  const revision = `revision-${made++}`;
  team.release(bundle(revision, "/usr", more, files));
  await device.ask("POST", "/v1/admin/refresh");
  return { revision, code: (await device.bundles())?.code };
}
const open = (path = "/usr") => device.open(path);

const quoted = (text: string): string =>
  `"${text.replace(/["\\\n]/g, (one) => (one === "\n" ? "\\n" : `\\${one}`))}"`;
const DIR = (path: string): string => `file_system::Dir::${quoted(path)}`;
const permit = (path: string): string => `permit (principal, action, resource == ${DIR(path)});`;
const policy = (text: string): Texts => ({ "policies/a.cedar": text });
const EVERYONE = `permit (principal, action, resource == ${DIR("/usr")});`;

describe("names that look like policies", () => {
  const names = [
    'a"',
    "a\\",
    "a::b",
    "a\nb",
    'a" || true || "',
    'a"); permit(principal, action, resource); @id(',
  ];

  test.each(names)("%j is permitted as it is written, and nothing else is by it", async (name) => {
    const [own, other] = [join("/srv", name), "/srv/other"];
    const decision = async (id: string) => {
      const question = { action: "file_system.open", resource: { type: "file_system::Dir", id } };
      return (await device.ask("POST", "/v1/explain", question)).body.decision;
    };
    expect((await release(policy(permit(own)))).code).toBeUndefined();
    expect([await decision(own), await decision(other)]).toEqual(["allow", "deny"]);
  });

  test.each(names)("of a group: whoever is in %j is, and in no other", async (name) => {
    const members = (group: string) =>
      JSON.stringify([
        { uid: { type: "Group", id: group }, attrs: {}, parents: [] },
        { uid: { type: "Agent", id: "administrator" }, attrs: {}, parents: [{ type: "Group", id: group }] },
      ]);
    const text = `permit (principal in Group::${quoted(name)}, action, resource == ${DIR("/usr")});`;
    const { revision } = await release({ ...policy(text), "entities/a.json": members(name) });
    expect(await open()).toBe(revision);
    await release({ ...policy(text), "entities/a.json": members(`${name} `) });
    expect(await open()).toBe("denied");
  });
});

describe("a forbid that cannot be evaluated denies; one that can, and does not hold, denies nothing", () => {
  const forbid = (condition: string): Texts =>
    policy(
      `${EVERYONE} forbid (principal is Agent, action, resource == ${DIR("/usr")}) when { ${condition} };`,
    );

  test.each([
    [
      "a sum that is too large",
      "9223372036854775807 + principal.autonomy > 0",
      "0 + principal.autonomy > 100",
    ],
    ["a product", "9223372036854775807 * principal.autonomy > 0", "0 * principal.autonomy > 0"],
    [
      "the smallest number",
      "-(-9223372036854775807 - 1 + 0 * principal.autonomy) < 0",
      "-principal.autonomy > 0",
    ],
    [
      "an entity that is not there",
      'fleet::Site::"none".open',
      'fleet::Site::"none" == fleet::Site::"other"',
    ],
  ])("%s", async (_, erring, fine) => {
    const schema = { "schema.cedarschema": "namespace fleet { entity Site { open: Bool }; }" };
    expect((await release({ ...forbid(erring), ...schema })).code).toBeUndefined();
    expect(await open()).toBe("denied");
    const { revision, code } = await release({ ...forbid(fine), ...schema });
    expect([await open(), code]).toEqual([revision, undefined]);
  });
});

describe("nothing permits nothing", () => {
  test.each<[string, Texts]>([
    ["an empty file", policy("")],
    ["a comment", policy(`// ${EVERYONE}`)],
    ["a forbid alone", policy(`forbid (principal, action, resource == ${DIR("/usr")});`)],
    [
      "one of another type of resource",
      policy('permit (principal, action, resource == file_system::File::"/usr");'),
    ],
    [
      "one of another type of principal",
      policy(`permit (principal is User, action, resource == ${DIR("/usr")});`),
    ],
  ])("%s; with a permit beside it there is one", async (_, files) => {
    expect((await release(files)).code).toBeUndefined();
    expect(await open()).toBe("denied");
    const { revision } = await release({ ...files, "policies/b.cedar": EVERYONE });
    expect(await open()).toBe(files["policies/a.cedar"]?.startsWith("forbid") ? "denied" : revision);
  });
});

describe("a bundle that is not what it must be is refused, and the last one decides", () => {
  const bomb = "(".repeat(50_000);
  /** Scripts that are large, and small when they are packed. */
  const blank = (count: number): Texts =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`scripts/s${at}.rhai`, `1;${" ".repeat(200_000)}`]),
    );
  const two = (first: string, second: string): Texts => ({
    "policies/a.cedar": `@id("${first}") ${EVERYONE}`,
    "policies/b.cedar": `@id("${second}") permit (principal, action, resource == ${DIR("/srv")});`,
  });
  const site = 'permit (principal, action, resource) when { fleet::Site::"this".open };';
  const schema = { "schema.cedarschema": "namespace fleet { entity Site { open: Bool }; }" };
  const entity = (type: string): Texts => ({
    "entities/a.json": JSON.stringify([{ uid: { type, id: "this" }, attrs: { open: true }, parents: [] }]),
    ...schema,
  });

  test.each<[string, Texts, string, Texts]>([
    [
      "brackets that would be the end of the engine",
      policy(`${EVERYONE} forbid (principal, action, resource) when { ${bomb}`),
      "policy_too_deep",
      policy(EVERYONE),
    ],
    ["two policies of one id", two("a", "a"), "policy_invalid", two("a", "b")],
    ["two whose ids differ in case", two("a", "A"), "policy_invalid", two("a", "b")],
    [
      "one that has the id of Remit's own",
      two("a", "remit:state"),
      "policy_invalid",
      two("a", "remits:state"),
    ],
    [
      "a template",
      policy(`${EVERYONE} permit (principal == ?principal, action, resource);`),
      "policy_invalid",
      policy(EVERYONE),
    ],
    [
      "a schema that is missing",
      policy(site),
      "policy_invalid",
      { ...policy(site), ...schema, ...entity("fleet::Site") },
    ],
    [
      "an entity of a type that nothing declares",
      entity("fleet::Sight"),
      "entities_invalid",
      entity("fleet::Site"),
    ],
    ["one of Remit's own resources", entity("file_system::Dir"), "entities_invalid", entity("fleet::Site")],
    ["much more when it is unpacked", blank(170), "archive_too_large", blank(2)],
    ["what is none of its files", { "policies/a.cedar.bak": "" }, "bundle_invalid", {}],
  ])("%s; the twin is taken", async (_, wrong, code, right) => {
    const before = await release({});
    const refused = await release(wrong);
    expect([refused.code, await open(), await open("/var")]).toEqual([code, before.revision, "denied"]);
    const taken = await release(right);
    expect(taken.code).toBeUndefined();
    expect(await open()).toBe(taken.revision);
  });
});

describe("while a run goes on", () => {
  const LOOP = 'loop { DirConfig().path("/usr").build().open(OpenDirOptions().build()); }';
  /** A run that opens `/usr` for ever. */
  async function running(): Promise<{
    id: string;
    ended: () => Promise<{ state: string; policy_revision: string }>;
  }> {
    await release({});
    const { body } = await device.ask("POST", "/v1/runs", { script: LOOP, wait_ms: 0, timeout_ms: 60_000 });
    const look = async () => (await device.ask("GET", `/v1/runs/${body.id}`)).body;
    const ended = async () => {
      await until(async () => (await look()).state !== "running", "the run to end");
      return look();
    };
    await until(async () => (await look()).state === "running", "the run to begin");
    return { id: body.id, ended };
  }

  test("a bundle that stops everything ends it; the next one lets runs begin again", async () => {
    const { ended } = await running();
    await release({}, { kill: "a hole was found" });
    expect(await ended()).toMatchObject({ state: "killed" });
    expect(await open()).toContain("a hole was found");
    const { revision } = await release({});
    expect(await open()).toBe(revision);
  });

  test("a bundle that permits the same lets it go on, and one that does not denies its next operation", async () => {
    const { id, ended } = await running();
    const { revision } = await release({ "policies/b.cedar": permit("/srv") });
    const look = async () => (await device.ask("GET", `/v1/runs/${id}`)).body;
    expect(await open()).toBe(revision);
    expect((await look()).state).toBe("running");
    const next = await release(policy(permit("/srv")));
    expect(await ended()).toMatchObject({
      state: "failed",
      policy_revision: next.revision,
      denials: [{ reason: "not_permitted" }],
    });
  });
});
