/** No name is longer; beyond it nothing is near. */
const MAX_LENGTH = 64;

/** Those of `names` that are `word` mistyped, the nearest first. */
export function nearNames(word: string, names: Iterable<string>, most = 3): readonly string[] {
  const lower = word.toLowerCase();
  // Every letter is near every other.
  const allowed = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)));
  return [...new Set(names)]
    .map((name) => ({ name, steps: distance(lower, name.toLowerCase()) }))
    .filter(({ steps }) => steps <= allowed)
    .sort((a, b) => a.steps - b.steps || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** `; did you mean …?` for what {@link nearNames} finds, or nothing. */
export function didYouMean(word: string, names: Iterable<string>): string {
  const near = nearNames(word, names);
  return near.length === 0 ? "" : `; did you mean ${near.map((name) => `'${name}'`).join(" or ")}?`;
}

/** Letters to insert, leave out, replace or swap with their neighbour. */
function distance(a: string, b: string): number {
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return a === b ? 0 : Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
