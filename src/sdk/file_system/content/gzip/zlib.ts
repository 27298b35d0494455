/** `node:zlib`, loaded at first use: a start of the program without gzip should not pay for it. */
export const zlib = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");
