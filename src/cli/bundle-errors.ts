import { BundleError } from "../bundle/errors.ts";
import { NoAnswer } from "../platform/terminal.ts";
import { NoPassphrase } from "./passphrase.ts";
import { forStandardError, printError } from "./terminal.ts";

const FORESEEN = [BundleError, NoPassphrase, NoAnswer];

/**
 * What `action` returns as the exit status; `failure` and a line on standard error for what is wrong with bundles,
 * repositories or keys.
 */
export async function reportingBundles(action: () => number | Promise<number>, failure = 1): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (!isForeseen(error)) throw error;
    printError(forStandardError(`error: ${error instanceof BundleError ? error.located : error.message}\n`));
    return failure;
  }
}

const isForeseen = (error: unknown): error is Error => FORESEEN.some((kind) => error instanceof kind);
