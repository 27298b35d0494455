import { BundleError } from "../bundle/errors.ts";
import { NoAnswer } from "../platform/terminal.ts";
import { NoPassphrase } from "./passphrase.ts";
import { forStandardError, printError } from "./terminal.ts";

const FORESEEN = [BundleError, NoPassphrase, NoAnswer];

/** What `action` returns as the exit status; 1 and a line on standard error for what is wrong with bundles, repositories or keys. */
export async function reportingBundles(action: () => number | Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    if (!isForeseen(error)) throw error;
    printError(forStandardError(`error: ${error instanceof BundleError ? error.located : error.message}\n`));
    return 1;
  }
}

const isForeseen = (error: unknown): error is Error => FORESEEN.some((kind) => error instanceof kind);
