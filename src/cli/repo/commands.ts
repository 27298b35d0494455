import type { Command, Option } from "../command.ts";

const json: Option = { name: "json", summary: "Answer in JSON" };
const passphraseFile: Option = {
  name: "passphrase-file",
  value: "FILE",
  summary: "Where the passphrase stands, for its owner alone; asked for unless given",
};
const signer: readonly Option[] = [
  { name: "signer", value: "CMD", summary: "A program that signs its input, instead of a key" },
  { name: "public", value: "FILE", with: "signer", summary: "The public key that it signs for" },
];
/** Who signs snapshot and timestamp. */
const online: readonly Option[] = [
  {
    name: "online-key",
    value: "FILE",
    many: true,
    summary: "The online key; during its rotation the old one, too",
  },
  passphraseFile,
  ...signer,
];
const channel: Option = {
  name: "channel",
  value: "FLEET/CHANNEL",
  required: true,
  summary: "As the bundle says",
};
const staged = ["root", "targets"] as const;

const ON_FOLDER = { operand: "DIR", needsOperand: true } as const;

/** What a central team does: keys, and the repository that devices poll. */
export const REPOSITORY_COMMANDS: readonly Command[] = [
  {
    name: "keygen",
    summary: "Make a key that signs policy bundles: FILE, and FILE.pub to give away",
    usage: "keygen --out FILE [--type TYPE] [--passphrase-file FILE | --unencrypted]",
    options: [
      { name: "out", value: "FILE", required: true, summary: "The private key; no file is overwritten" },
      {
        name: "type",
        value: "TYPE",
        choices: ["ed25519", "ecdsa-p256"],
        summary: "ed25519 (default) or ecdsa-p256",
      },
      passphraseFile,
      {
        name: "unencrypted",
        unless: "passphrase-file",
        summary: "Without a passphrase, for the online key of a machine",
      },
    ],
    load: async () => (await import("../keygen.ts")).keygen,
  },
  {
    name: "repo init",
    summary: "Make a repository of policy bundles",
    usage: "repo init DIR --root KEYS --targets KEYS --online KEYS [options]",
    ...ON_FOLDER,
    options: [
      { name: "root", value: "KEYS", required: true, summary: "Public keys of root: a.pub,b.pub,c.pub" },
      {
        name: "root-threshold",
        value: "COUNT",
        summary: "So many of them sign; more than half unless given",
      },
      { name: "targets", value: "KEYS", required: true, summary: "Public keys of those who sign bundles" },
      {
        name: "targets-threshold",
        value: "COUNT",
        summary: "So many of them sign; more than half unless given",
      },
      { name: "online", value: "KEYS", required: true, summary: "Public key of the machine that releases" },
      { name: "fleet", value: "NAME", summary: "Take bundles of this fleet only" },
      {
        name: "expires",
        value: "LIST",
        summary: "root=365d,targets=90d,snapshot=7d,timestamp=7d unless given",
      },
    ],
    load: async () => (await import("./init.ts")).initRepository,
  },
  {
    name: "repo add",
    summary: "Stage a bundle as the next one of its channel",
    usage: "repo add DIR BUNDLE --channel FLEET/CHANNEL",
    ...ON_FOLDER,
    secondOperand: "BUNDLE",
    options: [channel],
    load: async () => (await import("./add.ts")).addBundle,
  },
  {
    name: "repo sign",
    summary: "Show what is staged and what it changes, ask, and sign it",
    usage: "repo sign DIR --key FILE [--role ROLE] [--yes]",
    ...ON_FOLDER,
    options: [
      { name: "key", value: "FILE", summary: "The private key to sign with" },
      passphraseFile,
      ...signer,
      { name: "signatures", value: "FILE", summary: "Take over the signatures of a copy of what is staged" },
      { name: "role", value: "ROLE", choices: staged, summary: "Only root, or only targets" },
      { name: "yes", summary: "Sign without asking" },
    ],
    oneOf: ["key", "signer", "signatures"],
    load: async () => (await import("./sign.ts")).signStaged,
  },
  {
    name: "repo release",
    summary: "Release what is staged and signed",
    usage: "repo release DIR --online-key FILE",
    ...ON_FOLDER,
    options: online,
    oneOf: ["online-key", "signer"],
    load: async () => (await import("./release.ts")).releaseStaged,
  },
  {
    name: "repo refresh",
    summary: "Sign the timestamp anew, so that devices see that nothing is kept from them",
    usage: "repo refresh DIR --online-key FILE",
    ...ON_FOLDER,
    options: online,
    oneOf: ["online-key", "signer"],
    load: async () => (await import("./release.ts")).refreshOnline,
  },
  {
    name: "repo rotate",
    summary: "Stage a root with other keys",
    usage: "repo rotate DIR --role ROLE [--remove NAME]... [--add FILE]... [--threshold COUNT]",
    ...ON_FOLDER,
    options: [
      {
        name: "role",
        value: "ROLE",
        required: true,
        choices: [...staged, "online"],
        summary: "root, targets or online",
      },
      { name: "remove", value: "NAME", many: true, summary: "Name or id of a key that no longer counts" },
      { name: "add", value: "FILE", many: true, summary: "A public key that counts from then on" },
      { name: "threshold", value: "COUNT", summary: "So many of its keys sign; as before unless given" },
    ],
    load: async () => (await import("./rotate.ts")).rotateKeys,
  },
  {
    name: "repo renew",
    summary: "Stage root or targets as they are, before they expire",
    usage: "repo renew DIR --role ROLE",
    ...ON_FOLDER,
    options: [{ name: "role", value: "ROLE", required: true, choices: staged, summary: "root or targets" }],
    load: async () => (await import("./rotate.ts")).renewStaged,
  },
  {
    name: "repo status",
    summary: "Show versions, missing signatures and expiries; status 1 when somebody should act",
    usage: "repo status DIR [--warn-days DAYS] [--json]",
    ...ON_FOLDER,
    options: [
      {
        name: "warn-days",
        value: "DAYS",
        summary: "Warn so long before something expires; in its last quarter unless given",
      },
      json,
    ],
    load: async () => (await import("./status.ts")).showStatus,
  },
  {
    name: "repo verify",
    summary: "Show what a device makes of a repository",
    usage: "repo verify --root FILE (--url URL [--ca-file FILE] | --dir DIR) [--from-version VERSION]",
    options: [
      { name: "root", value: "FILE", required: true, summary: "The root that the device has: N.root.json" },
      { name: "url", value: "URL", summary: "Where the repository is served" },
      {
        name: "ca-file",
        value: "FILE",
        with: "url",
        summary: "Certificates of the only authorities to trust, as in [bundle] of the agent",
      },
      { name: "dir", value: "DIR", summary: "The repository itself, or a copy of what it serves" },
      {
        name: "from-version",
        value: "VERSION",
        summary: "Version of the timestamp that the device has seen",
      },
    ],
    oneOf: ["url", "dir"],
    load: async () => (await import("./verify.ts")).verifyRepository,
  },
  {
    name: "repo export",
    summary: "Write a pack for devices that no network reaches",
    usage: "repo export DIR --channel FLEET/CHANNEL -o FILE",
    ...ON_FOLDER,
    options: [
      channel,
      { name: "output", short: "o", value: "FILE", required: true, summary: "The pack; it is replaced" },
    ],
    load: async () => (await import("./export.ts")).exportPack,
  },
];
