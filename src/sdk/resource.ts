import type { Resource } from "../policy/types.ts";
import { type ErrorSource, SdkError } from "./errors.ts";

/** A resource of which there is one and which has no name: policies say `resource is <type>`. */
export const nameless = (type: string): Resource => ({
  type,
  id: crypto.randomUUID(),
  attributes: {},
  ancestors: [],
});

/** What the reference cannot make an entity of: quotes, backslashes, control characters. */
const NO_ENTITY = /["\\\p{Cc}]/u;

/** Refuses the name of a host, or a URL, that no policy could be asked about. */
export function expectEntity(name: string, source: ErrorSource): void {
  if (NO_ENTITY.test(name))
    throw new SdkError(source, "AuthorizationError" as never, "Authorization check failed");
}
