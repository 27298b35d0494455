import { BundleError } from "../errors.ts";
import { type Document, draft } from "./document.ts";
import type { Folder } from "./folder.ts";
import { type AllKeys, rootContent } from "./root-keys.ts";
import { expiry, hasSettings, type Settings, writeSettings } from "./settings.ts";
import { stagedPath } from "./state.ts";

/**
 * Makes a repository in `folder`, with the first version of its root staged.
 * @throws {BundleError} keys_invalid; repository_invalid when there is one already
 */
export function initialize(folder: Folder, keys: AllKeys, settings: Settings, now: Date): Document<"root"> {
  if (hasSettings(folder)) {
    throw new BundleError(
      "repository_invalid",
      `${folder.path} is a repository already; remit repo status shows it`,
    );
  }
  const root = draft("root", { version: 1, expires: expiry(settings, "root", now) }, rootContent(keys));
  // The settings last: without them it is no repository, and init can be done once more.
  folder.write(stagedPath("root"), root.bytes);
  writeSettings(folder, settings);
  return root;
}
