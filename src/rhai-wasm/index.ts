export * from "./manifest.ts";
export * from "./value.ts";
