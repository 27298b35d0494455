/** What somebody gets wrong who sees the commands of a central team for the first time: each line says what to do. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Ceremony, REPOSITORY } from "./ceremony.ts";

setDefaultTimeout(120_000);

let work: Ceremony;
beforeAll(() => {
  work = new Ceremony();
  work.init();
});
afterAll(() => work.remove());

describe("a repository that cannot be made", () => {
  const init = (root: string, ...options: readonly string[]) => [
    ...["repo", "init", "other", "--root", root, "--targets", "dana.pub", "--online", "online.pub"],
    ...options,
  ];

  test.each([
    ["a private key", "alice,bob.pub", "alice: this is a private key; the public one ends in .pub"],
    ["a file that is not there", "alice.pub,zoe.pub", "zoe.pub: No such file or directory (os error 2)"],
    [
      "the same key twice",
      "alice.pub,alice.pub",
      "the key of alice is in root twice; it would count once only",
    ],
    [
      "the online key",
      "online.pub,bob.pub",
      "online is the online key and in root; what lies on a server must not sign for root",
    ],
  ])("with %s", (_, root, why) => {
    expect(work.refused(...init(root))).toBe(`error: ${why}`);
  });

  test("with values that mean nothing", () => {
    const wrong = (...options: readonly string[]) => {
      const { status, stderr } = work.call(init("alice.pub", ...options));
      return [status, stderr.split("\n")[0]];
    };
    expect(wrong("--root-threshold", "0")).toEqual([
      2,
      "error: '0' is no value of --root-threshold; it takes a whole number from 1",
    ]);
    expect(wrong("--root-threshold", "2")).toEqual([
      1,
      "error: a threshold of root is 1 to 1, as many as it has keys, not 2",
    ]);
    expect(wrong("--expires", "root=1y")[0]).toBe(2);
    expect(wrong("--expires", "leaf=1d")[0]).toBe(2);
    expect(wrong("--fleet", "Fleet A")[0]).toBe(2);
    // Nothing of all this is a repository.
    expect(work.refused("repo", "status", "other")).toMatch(/No such file|there is no repository.json/);
  });

  test("twice", () => {
    const again = init("alice.pub").map((word) => (word === "other" ? REPOSITORY : word));
    expect(work.refused(...again)).toBe(
      "error: repository is a repository already; remit repo status shows it",
    );
  });
});

describe("what is not there", () => {
  test.each([
    ["repo status nowhere", "nowhere: No such file or directory (os error 2)"],
    ["repo sign nowhere --key alice --yes", "nowhere: No such file or directory (os error 2)"],
    ["repo release nowhere --online-key online", "nowhere: No such file or directory (os error 2)"],
    ["repo status .", ". is no repository: there is no repository.json in it; remit repo init makes one"],
    ["repo refresh repository --online-key online", "nothing is released yet; remit repo release does so"],
    [
      "repo export repository --channel fleet-a/prod -o pack",
      "nothing is released yet; remit repo release does so",
    ],
    [
      "repo renew repository --role targets",
      "targets has not been released yet; remit repo status shows what it waits for",
    ],
    ["repo sign repository --key zoe", "zoe: No such file or directory (os error 2)"],
    ["repo sign repository --key alice.pub", "alice.pub: a private key is needed; its file has no .pub"],
    [
      "repo add repository none.tar.gz --channel fleet-a/prod",
      "none.tar.gz: it cannot be read: No such file or directory (os error 2)",
    ],
    ["repo rotate repository --role root --remove zoe", "root has no key zoe; it has alice, bob, carol"],
    ["repo rotate repository --role root --add zoe.pub", "zoe.pub: No such file or directory (os error 2)"],
  ])("%s", (line, why) => {
    expect(work.refused(...line.split(" "))).toBe(`error: ${why}`);
  });
});

describe("a command line that is wrong", () => {
  test.each([
    ["repo", "'repo' takes init, add, sign, release, refresh, rotate, renew, status, verify, export"],
    [
      "repo relase x",
      "'repo' takes init, add, sign, release, refresh, rotate, renew, status, verify, export, not 'relase'; did you mean 'release'?",
    ],
    ["repo status", "DIR is missing"],
    ["repo add x --channel a/b", "BUNDLE is missing"],
    ["repo add x y", "--channel FLEET/CHANNEL is missing"],
    ["repo sign x", "--key FILE or --signer CMD or --signatures FILE is missing"],
    [
      "repo sign x --key a --signer b",
      "--key FILE and --signer CMD and --signatures FILE exclude each other",
    ],
    ["repo sign x --key a --public b", "--public FILE is taken with --signer CMD only"],
    ["repo release x", "--online-key FILE or --signer CMD is missing"],
    ["repo rotate x --role root", "--remove NAME, --add FILE or --threshold COUNT is missing"],
    ["repo rotate x --role all", "'all' is no value of --role ROLE; it takes root, targets, online"],
    ["repo verify --root x", "--url URL or --dir DIR is missing"],
    ["repo verify --root x --dir y --ca-file z", "--ca-file FILE is taken with --url URL only"],
    ["repo status x --warn-days soon", "'soon' is no value of --warn-days; it takes a whole number from 1"],
  ])("%s", (line, why) => {
    const { status, stdout, stderr } = work.call(line.split(" "));
    expect([status, stdout, stderr.split("\n")[0]]).toEqual([2, "", `error: ${why}`]);
  });
});
