import { buildBundle, findingText, readFolder } from "../../bundle/content/index.ts";
import { reportingBundles } from "../bundle-errors.ts";
import type { Given } from "../command.ts";
import { writeOutputFile } from "../output-file.ts";
import { forStandardError, forStandardOutput, print, printError } from "../terminal.ts";
import { HOST } from "./host.ts";
import { placed } from "./input.ts";

/** `remit bundle build`: 0 when the archive was written, 1 when something keeps it from being one. */
export function buildCommand({ options, operand = "" }: Given): Promise<number> {
  return reportingBundles(async () => {
    const output = options.get("output") ?? "";
    const { findings, tests, policies, archive } = await buildBundle(readFolder(operand), HOST, {
      allowBroad: options.has("allow-broad"),
      revision: options.get("revision"),
      created: options.get("created"),
      channel: options.get("channel"),
    });
    const shown = placed({ path: operand, isFolder: true }, findings);
    if (archive) writeOutputFile(output, archive.bytes);
    if (options.has("json")) {
      const made = archive ? { file: output, sha256: archive.sha256, bytes: archive.bytes.length } : {};
      print(
        `${JSON.stringify({ ok: archive !== undefined, ...made, policies, tests: tests.length, findings: shown })}\n`,
      );
    } else {
      printError(forStandardError(shown.map((finding) => `${findingText(finding)}\n`).join("")));
      if (archive) {
        const { bytes, sha256 } = archive;
        print(
          forStandardOutput(
            `${output}: ${bytes.length} bytes, ${tests.length} policy tests passed\nsha256 ${sha256}\n`,
          ),
        );
      }
    }
    return archive ? 0 : 1;
  });
}
