/** Areas of cases whose functions are all there. */
export const AREAS: readonly string[] = [
  "language",
  "runner",
  "io-handles",
  "io-content",
  "helpers",
  "system",
];
