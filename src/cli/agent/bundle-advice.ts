import type { ContentCode, MetadataCode, StoreCode, TransportCode } from "../../bundle/errors.ts";

type Advice<Code extends string> = { readonly [code in Code]: string };

const TAMPERED =
  "nothing of it was taken; tell the central team, whose repository is broken or was changed on the way";
const AGAIN = "it is asked again by itself";

const METADATA: Advice<MetadataCode> = {
  metadata_invalid: TAMPERED,
  missing: "nothing of it was taken; compare bundle.url, and ask the central team whether it has released",
  bad_signature: `${TAMPERED}; compare bundle.root`,
  rollback:
    "nothing of it was taken; tell the central team that something serves an older state of its repository",
  expired: "set the clock if it is wrong; else the central team has to sign anew (remit repo refresh)",
  mismatch: TAMPERED,
  target_unknown: "compare bundle.fleet and bundle.channel with what the central team has released",
};

const TRANSPORT: Advice<TransportCode> = {
  unreachable: `look at the network, bundle.url and bundle.proxy; ${AGAIN}`,
  certificate: "compare bundle.url, and name the authority of the server with bundle.ca_file",
  certificate_time: "set the clock; a device without one may use http://, since what is taken is signed",
  timeout: `look at the network and the server; ${AGAIN}`,
  too_large: "nothing of it was taken; tell the central team that its server sends more than was signed",
  incomplete: `look at the network and the server; ${AGAIN}`,
  encoding: "let the server, and proxies before it, send files as they are",
  redirect: "let bundle.url name the server that has the files",
  http_status: `look at the server; ${AGAIN}`,
  captive_portal: "sign in to the network, or let bundle.url be reached without",
};

const STORE: Advice<StoreCode> = {
  state_unavailable: `look at the disk: whether it has room, and can be written to; ${AGAIN}`,
  bundle_damaged: "the repository is asked for it; without one: remit bundle import",
  bundle_refused: "update Remit, or let the central team release another bundle",
};

const HERE: Partial<Advice<ContentCode>> = {
  bundle_needs_newer: "update Remit on this device",
  bundle_wrong_fleet: "compare bundle.fleet; else the central team has to release another bundle",
  bundle_wrong_channel: "compare bundle.channel; else the central team has to release another bundle",
  check_failed: "look at the memory of this device; else the central team has to release another bundle",
  check_timeout: "the central team has to release a bundle that is checked sooner",
};

const ADVICE: { readonly [code: string]: string } = { ...METADATA, ...TRANSPORT, ...STORE, ...HERE };

/** What the owner of the device can do about it that bundles are as `code` says. */
export const adviceFor = (code: string): string =>
  ADVICE[code] ?? "the central team has to release another bundle (remit bundle test finds what is wrong)";
