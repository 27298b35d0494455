import type { SchemeName } from "./schemes.ts";

/** What of TUF is taken. The specification leaves algorithms to who uses it (TUF 4.2.2, 4.5). */
export interface Profile {
  /** Signature schemes whose keys count towards a threshold. */
  readonly schemes: readonly SchemeName[];
  /** Hash algorithms of targets, the best first; one of them must be given. */
  readonly hashes: readonly ("sha256" | "sha512")[];
}

export const PROFILES = {
  /** Devices: small and fast keys that hardware tokens and key services have, and bundles that are named by one hash. */
  remit: { schemes: ["ed25519", "ecdsa-sha2-nistp256"], hashes: ["sha256"] },
  /** The test suite of TUF's clients also has keys of RSA, and targets that only have a hash of SHA-512. */
  tuf: { schemes: ["ed25519", "ecdsa-sha2-nistp256", "rsassa-pss-sha256"], hashes: ["sha256", "sha512"] },
} as const satisfies { readonly [name: string]: Profile };
