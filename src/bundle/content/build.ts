import { createHash } from "node:crypto";
import { type Files, writeArchive } from "../archive/index.ts";
import { BundleError } from "../errors.ts";
import { type Checked, checkContent, type Host } from "./check.ts";
import { type BundleContent, readBundle, readContent } from "./content.ts";
import { findingOf } from "./finding.ts";
import { METADATA } from "./layout.ts";

export interface BuildOptions {
  /** Take a permit of everything to everybody, too. */
  readonly allowBroad?: boolean;
  /** What the metadata are to say instead: a commit cannot name itself, and one folder may be for several channels. */
  readonly revision?: string | undefined;
  readonly created?: string | undefined;
  readonly channel?: string | undefined;
}

/** A bundle that can be used, or why it cannot. */
export interface Built extends Checked {
  /** Absent where an error was found. */
  readonly archive?: { readonly bytes: Uint8Array; readonly sha256: string; readonly content: BundleContent };
}

/** Makes a bundle of `files`; the same files make the same bytes. What is checked is what the archive has. */
export async function buildBundle(files: Files, host: Host, options: BuildOptions = {}): Promise<Built> {
  try {
    const bytes = writeArchive(withMetadata(files, options));
    const content = readBundle(bytes);
    const { findings, tests, policies } = await checkContent(content, host);
    const told = findings.map((finding) =>
      options.allowBroad && finding.code === "policy_broad"
        ? { ...finding, severity: "warning" as const }
        : finding,
    );
    if (told.some(({ severity }) => severity === "error")) return { findings: told, tests, policies };
    return { findings: told, tests, policies, archive: { bytes, sha256: sha256Of(bytes), content } };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return { findings: [findingOf(error)], tests: [], policies: 0 };
  }
}

/** In hex. */
export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function withMetadata(files: Files, { revision, created, channel }: BuildOptions): Files {
  const metadata = files.get(METADATA);
  const instead = Object.entries({ revision, created, channel }).filter(([, value]) => value !== undefined);
  if (metadata === undefined || instead.length === 0) return files;
  const changed = { ...readContent(files).metadata, ...Object.fromEntries(instead) };
  return new Map([...files, [METADATA, Buffer.from(`${JSON.stringify(changed, undefined, 2)}\n`)]]);
}
