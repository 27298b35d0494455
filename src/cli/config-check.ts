import { ConfigurationError, defaultConfigurationPath, readConfiguration } from "../configuration/index.ts";
import type { Given } from "./command.ts";
import { forStandardOutput, print } from "./terminal.ts";

/** `remit config check`: 0 when the file can be used, else 1. */
export function checkConfiguration({ options, operand: path = defaultConfigurationPath() }: Given): number {
  try {
    const configuration = readConfiguration(path);
    if (options.has("json")) print(`${JSON.stringify({ file: path, faults: [], configuration })}\n`);
    else print(forStandardOutput(`${path}: nothing found\n`));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    if (options.has("json")) print(`${JSON.stringify({ file: path, faults: error.faults })}\n`);
    else print(forStandardOutput(`${error.message}\n`));
    return 1;
  }
}
