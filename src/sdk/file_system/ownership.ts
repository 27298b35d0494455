import { OwnerRefused, UnknownAccount } from "./effects/ownership.ts";
import { fromPlatform, ioError } from "./os-errors.ts";

/** What `act` returns; what can go wrong with accounts and owners leaves as scripts know it. */
export function asOwnershipErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof UnknownAccount) throw unknownAccount(error.kind, error.account);
    if (error instanceof OwnerRefused) {
      throw ioError(
        "IoError",
        "Failed to change ownership. CAP_CHOWN capability is required when changing ownership to a different user.",
      );
    }
    throw fromPlatform(error, "RustixError");
  }
}

/** The error for an account that the system does not know, by name or by number. */
export function unknownAccount(kind: "user" | "group", account: string): Error {
  const what = kind === "user" ? "No user mapping found for uid" : "No group mapping found for gid";
  return ioError("IdentityResolutionError", `Identity resolution error: ${what}: ${account}`);
}
