import { z } from "zod";

const DAY_S = 86_400;
const CENTURY_S = 36_525 * DAY_S;

const path = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");
const age = z.int().min(60).max(CENTURY_S);
/** As in the repository of the central team. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "must be of lower-case letters, digits and ._-, and have at most 64");

/** What becomes of the policies when the central team is not heard of any more. */
export const StaleSchema = z.strictObject({
  /** Age of its last word, in seconds, above which the agent warns. */
  warn_s: age.default(2 * DAY_S),
  /** Age above which it acts. */
  after_s: age.default(30 * DAY_S),
  /** What it does then: nothing, deny everything, or take the policy of `policy`. */
  action: z.enum(["keep", "deny", "fallback"]).default("keep"),
});

/** Signed bundles of a central team, instead of a policy of this host. */
export const BundleSchema = z.strictObject({
  /** The repository. Without it bundles come by `remit bundle import`. */
  url: z
    .string()
    .refine(isRepository, "must be https://HOST[:PORT][/PATH] or http://…, without a query or a fragment")
    .optional(),
  /** The root of trust that this device was given: the repository's first `root.json`, or a later one. */
  root: path,
  fleet: name,
  channel: name,
  /** Seconds between two questions for a new bundle, about. */
  interval_s: z
    .int()
    .min(5)
    .max(7 * DAY_S)
    .default(300),
  /** Certificates of the only authorities that are trusted, instead of those that this program comes with. */
  ca_file: path.optional(),
  /** The only proxy that is ever used; of the environment none is. */
  proxy: z.url({ protocol: /^http$/, error: "must be http://HOST[:PORT]" }).optional(),
  stale: StaleSchema.prefault({}),
});
export type BundleSettings = z.output<typeof BundleSchema>;

function isRepository(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !["https:", "http:"].includes(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === "");
}
