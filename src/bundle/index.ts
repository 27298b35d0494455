/** Signed bundles: the client of a repository of TUF, and what is kept of it. */
export { BundleError, type BundleErrorCode } from "./errors.ts";
export { firstPollMs, isAlarm, nextPollMs, POLL, type Poll } from "./schedule.ts";
export { BundleStore } from "./store/bundle-store.ts";
export { openBundleDirectory, removeIfThere } from "./store/directory.ts";
export { type LoadedTrust, type TrustOrigin, TrustStore } from "./store/trust-store.ts";
export { HttpTransport, type HttpTransportOptions } from "./transport/http.ts";
export { MemoryTransport } from "./transport/memory.ts";
export type { Answer, Transport } from "./transport/transport.ts";
export { type ClientOptions, type Refreshed, type RefreshWarning, TufClient } from "./tuf/client.ts";
export { type HighWater, lowWater } from "./tuf/high-water.ts";
export { PROFILES, type Profile } from "./tuf/profile.ts";
export { expectTarget, type Target } from "./tuf/target.ts";
export { type Saved, Trust, type TrustOptions } from "./tuf/trust.ts";
