export { publicPath, readPrivateKey, writeKeyPair } from "./key-files.ts";
export { type NamedKey, readPublicKey } from "./named-key.ts";
export { generateKey, KEY_KINDS } from "./private-key.ts";
