export { type BundleDiff, type Change, type DecisionChange, diffBundles } from "./diff.ts";
export type { Consequence, PolicyChange } from "./policies.ts";
export { diffText } from "./text.ts";
