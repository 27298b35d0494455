import { BundleError } from "../errors.ts";
import { sha256Of } from "./build.ts";
import type { Candidate, CheckAnswer, Refusal } from "./candidate.ts";
import { checkContent, type Host } from "./check.ts";
import { type BundleContent, readBundle } from "./content.ts";
import { readBytes } from "./file.ts";
import type { Finding } from "./finding.ts";
import { METADATA } from "./layout.ts";

/** What `checkInProcess` has done in another process: the bytes that are checked are those of the hash. */
export async function checkCandidate(candidate: Candidate, host: Host): Promise<CheckAnswer> {
  try {
    const bytes = readCandidate(candidate);
    const content = readBundle(bytes);
    expectFor(content, candidate);
    const { findings, policies } = await checkContent(content, host);
    const errors = findings.filter(({ severity, code }) => severity === "error" && !BY_TEAM.includes(code));
    const [first, ...more] = errors;
    if (first !== undefined) return { refused: refusalOf(first, more.length) };
    return accepted(content, candidate.sha256, policies);
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return { refused: refusalOf(error, 0) };
  }
}

/** What the central team decides about when it builds a bundle. */
const BY_TEAM: readonly string[] = ["policy_broad"];

function readCandidate({ path, sha256 }: Candidate): Uint8Array {
  const bytes = readBytes(path);
  if (sha256Of(bytes) === sha256) return bytes;
  throw new BundleError("bundle_changed", `the file ${path} is not the bundle ${sha256}; download it again`);
}

/** @throws {BundleError} `bundle_wrong_fleet`, `bundle_wrong_channel` */
function expectFor({ metadata }: BundleContent, { fleet, channel }: Candidate): void {
  const wrong = (what: "fleet" | "channel", expected: string): BundleError =>
    new BundleError(
      `bundle_wrong_${what}`,
      `it is for the ${what} ${metadata[what]}, and this device is in ${expected}`,
      { file: METADATA },
    );
  if (metadata.fleet !== fleet) throw wrong("fleet", fleet);
  if (metadata.channel !== channel) throw wrong("channel", channel);
}

function accepted(
  { metadata, entities, limits, scripts, tests }: BundleContent,
  sha256: string,
  policies: number,
): CheckAnswer {
  const { revision, kill } = metadata;
  return {
    ok: true,
    revision,
    sha256,
    policies,
    entities: entities.length,
    scripts: [...scripts.keys()],
    limits,
    tests: tests.length,
    ...(kill === undefined ? {} : { kill }),
  };
}

function refusalOf({ code, message, file, line }: Finding | BundleError, more: number): Refusal {
  return {
    code,
    message: more === 0 ? message : `${message} (and ${more} more)`,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
}
