/**
 * Whether a target's path is one that `pattern` stands for (TUF 4.5, PATHPATTERN): `*` is any characters and `?` is one,
 * neither of them a slash. Nothing else is special. Patterns come from afar: the work is bounded by the product of the
 * lengths, and none becomes a regular expression.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const [patterns, names] = [pattern.split("/"), path.split("/")];
  return (
    patterns.length === names.length &&
    patterns.every((part, index) => matchesName([...part], [...(names[index] ?? "")]))
  );
}

/** Each asterisk takes as little as it can; only the last one may have to take more. */
function matchesName(pattern: readonly string[], name: readonly string[]): boolean {
  let [at, read] = [0, 0];
  let last: { readonly at: number; read: number } | undefined;
  while (read < name.length) {
    const wanted = pattern[at];
    if (wanted === "*") {
      last = { at, read };
      at++;
    } else if (wanted === "?" || wanted === name[read]) {
      at++;
      read++;
    } else if (last !== undefined) {
      last.read++;
      [at, read] = [last.at + 1, last.read];
    } else return false;
  }
  return pattern.slice(at).every((rest) => rest === "*");
}
