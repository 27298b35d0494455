/** One line of the table about the agent. */
export interface Figure {
  /** With its unit. */
  readonly name: string;
  /** Empty where there is none. */
  readonly target: string;
  /** A value of each round. */
  readonly rounds: readonly number[];
  /** The same of `rex-runner`, where it does the same. */
  readonly reference?: readonly number[];
  /** More is better. */
  readonly isLarge?: boolean;
}

/** The value below which the part `q` of `values` lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * q)] ?? Number.NaN;
}

/** The best round counts, as other work of the machine only ever adds; the worst one shows how much. */
export function cells(figure: Figure, withReference: boolean): readonly string[] {
  const { name, target, rounds, reference = [], isLarge = false } = figure;
  const [best, worst] = isLarge ? [Math.max, Math.min] : [Math.min, Math.max];
  const own = best(...rounds);
  const other = reference.length > 0 ? best(...reference) : undefined;
  return [
    name,
    target,
    shown(own),
    rounds.length > 1 ? shown(worst(...rounds)) : "",
    ...(withReference ? (other === undefined ? ["", ""] : [shown(other), shown(own / other)]) : []),
  ];
}

/** Three digits. */
const shown = (value: number): string =>
  Math.abs(value) < 100 ? `${Number(value.toPrecision(3))}` : value.toFixed(0);

/** That of which half are smaller. */
export const middle = (values: readonly number[]): number => quantile(values, 0.5);
