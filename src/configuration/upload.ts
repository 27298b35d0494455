import { z } from "zod";

const DAY_S = 86_400;
const MAX_LABELS = 16;
const LABEL = /^[A-Za-z_][A-Za-z0-9_.-]{0,62}$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const path = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");
const seconds = z.int().min(1).max(DAY_S);

/** Where reports to the central team go; without it there are none. */
export const UploadSchema = z
  .strictObject({
    /** `/logs` and `/status` are below it. */
    url: z.string().refine((text) => isPlain(text, ["https:", "http:"]), {
      message: "must be https://HOST[:PORT][/PATH], without a name, a password, a query or a fragment",
    }),
    /** Sends over `http` to others than this machine: whoever is on the way reads what is sent, the token too. */
    insecure: z.boolean().default(false),
    token_file: path.optional(),
    ca_file: path.optional(),
    proxy: z
      .string()
      .refine((text) => isPlain(text, ["http:"]) && new URL(text).pathname === "/", {
        message: "must be http://HOST[:PORT]",
      })
      .optional(),
    decisions: z.boolean().default(true),
    status: z.boolean().default(true),
    /** The longest time between two batches while there is less than one. */
    interval_s: seconds.default(600),
    /** Time between two statuses while nothing changes. */
    heartbeat_s: seconds.default(900),
    /** What all reports say of this machine. */
    labels: z
      .record(z.string().regex(LABEL), z.string().max(128))
      .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `has more than ${MAX_LABELS} labels`)
      .default({}),
  })
  .refine(({ url, insecure }) => insecure || !isOpen(url), {
    path: ["url"],
    message: "sends the token and the decisions in the clear: use https, or say insecure = true",
  })
  .refine(({ url, proxy }) => proxy === undefined || url.startsWith("https:"), {
    path: ["proxy"],
    message: "is asked for a tunnel, which is for https only",
  });

/** `text` as a URL that says where something is, and nothing else. */
function isPlain(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === "");
}

function isOpen(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "http:" && !LOOPBACK.test(url.hostname);
}
