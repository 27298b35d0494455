import { visible } from "../visible.ts";

const REASONS: { readonly [reason: string]: string } = {
  forbidden: "forbidden by",
  not_permitted: "no policy permits it",
  check_failed: "the check could not be made",
  dry_run: "allowed, but this was a dry run",
  approval_denied: "somebody denied it",
  approval_timed_out: "nobody approved it in time",
};

/** Why something was denied: `forbidden by no-secrets`. */
export const reasonText = ({ reason, policies }: { reason: string; policies: readonly string[] }): string =>
  visible([REASONS[reason] ?? reason, policies.join(", ")].filter((part) => part !== "").join(" "));
