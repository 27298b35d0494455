import type { Operation } from "../sdk/index.ts";

/** What an item is: `option` is a setter of a builder, `method` has a receiver, an operator is a `function`. */
export type Kind = "function" | "method" | "getter" | "option" | "constant" | "type";

/** One thing that scripts can call or name; of a function, one overload. */
export interface Item {
  /** With its module where it is in one. */
  readonly name: string;
  readonly kind: Kind;
  /** What it belongs to: the type of its receiver, its module, or {@link FREE}. */
  readonly group: string;
  readonly receiver?: string;
  readonly params: readonly { readonly name: string; readonly type: string }[];
  readonly returns: string;
  readonly signature: string;
  readonly summary: string;
  /** In the order in which they are made. */
  readonly checks: readonly string[];
  /** What a script may catch: kinds as constants of their module, or what a plain text is about. */
  readonly throws: readonly string[];
  /** A call in one line. */
  readonly example?: string;
  readonly only?: Operation["only"];
}

/** Group of what is called without a receiver or a module. */
export const FREE = "";

/** What of `items` is called `name`: by its name or its group. */
export function named(items: readonly Item[], name: string): readonly Item[] {
  const wanted = plain(name);
  return items.filter((item) => namesOf(item).some((candidate) => plain(candidate) === wanted));
}

/** Everything by which {@link named} finds `item`. */
export const namesOf = ({ name, group, receiver }: Item): readonly string[] =>
  [name, group, name.replace(`${group}::`, ""), receiver ?? FREE, `${receiver ?? FREE}::${name}`].filter(
    (candidate) => candidate !== FREE && !candidate.startsWith("::"),
  );

/** `a.b` and `a::b` are the same, in any case. */
const plain = (name: string): string => name.replaceAll("::", ".").toLowerCase();
