export { type Files, readArchive, writeArchive } from "./archive.ts";
export { type ArchiveBounds, type Bound, boundOf, expectWithin } from "./bound.ts";
