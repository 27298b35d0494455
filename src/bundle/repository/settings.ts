import { z } from "zod";
import { BundleError } from "../errors.ts";
import type { Folder } from "./folder.ts";

const NAME = "repository.json";
const MAX_BYTES = 16 * 1024;
const HOUR_MS = 3_600_000;

export const ROLES = ["root", "targets", "snapshot", "timestamp"] as const;
export type Role = (typeof ROLES)[number];

/** How long what is signed is valid: a number of days or hours. */
const PERIOD = /^([1-9]\d{0,3})([dh])$/;
const period = z.string().regex(PERIOD);

/**
 * Of the roles whose keys lie in a safe, time enough to bring their owners together; of the others, a week in which an
 * alarm is seen.
 */
export const DEFAULT_PERIODS: Periods = { root: "365d", targets: "90d", snapshot: "7d", timestamp: "7d" };
export type Periods = { readonly [role in Role]: string };

const Settings = z.strictObject({
  format: z.literal(1),
  /** The only fleet that the repository is for. */
  fleet: z.string().optional(),
  expires: z.strictObject({ root: period, targets: period, snapshot: period, timestamp: period }),
});
/** What the repository's owners want of it. It is not signed: whoever signs sees what came of it. */
export type Settings = z.infer<typeof Settings>;

/** `text` such as `90d` or `12h` in milliseconds; undefined if it is no period. */
export function periodMs(text: string): number | undefined {
  const [, number, unit] = PERIOD.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (unit === "d" ? 24 * HOUR_MS : HOUR_MS);
}

/** When what is signed now as `role` expires; to the second, as TUF writes times. */
export const expiry = ({ expires }: Settings, role: Role, now: Date): Date =>
  new Date(now.getTime() + (periodMs(expires[role]) ?? 0));

export const hasSettings = (folder: Folder): boolean => folder.read(NAME, MAX_BYTES) !== undefined;

/** @throws {BundleError} repository_invalid */
export function readSettings(folder: Folder): Settings {
  const bytes = folder.read(NAME, MAX_BYTES);
  if (bytes === undefined) {
    throw new BundleError(
      "repository_invalid",
      `${folder.path} is no repository: there is no ${NAME} in it; remit repo init makes one`,
    );
  }
  try {
    return Settings.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (cause) {
    throw new BundleError("repository_invalid", `${folder.path}/${NAME} is not what remit repo init wrote`, {
      cause,
    });
  }
}

export const writeSettings = (folder: Folder, settings: Settings): void =>
  folder.write(NAME, Buffer.from(`${JSON.stringify(Settings.parse(settings), undefined, 2)}\n`));
