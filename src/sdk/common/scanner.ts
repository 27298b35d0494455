/** A text is no date. The message says what of it was not understood. */
export class Unparsable extends Error {
  override readonly name = "Unparsable";
}

export const invalidComponent = (name: string): Unparsable =>
  new Unparsable(`the '${name}' component could not be parsed`);

export const outOfRange = (name: string): Unparsable => new Unparsable(`${name} was not in range`);

/** Distance from UTC; both numbers without sign. */
export interface Offset {
  readonly east: boolean;
  readonly hours: number;
  readonly minutes: number;
}

/** What the text of a date says. */
export interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  readonly offset: Offset;
}

/** Goes through a text, one character at a time and never back. */
export class Scanner {
  position = 0;
  constructor(readonly text: string) {}

  /** Code of the character `ahead` of the next one, NaN after the end. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.position + ahead);
  }

  /** Takes `literal` when it comes next. */
  take(literal: string): boolean {
    if (!this.text.startsWith(literal, this.position)) return false;
    this.position += literal.length;
    return true;
  }

  /** Takes the next `length` characters whatever they are. */
  word(length: number): string {
    const word = this.text.slice(this.position, this.position + length);
    this.position += word.length;
    return word;
  }

  /** The number of exactly so many digits, if they come next. */
  optionalDigits(count: number): number | undefined {
    let value = 0;
    for (let index = 0; index < count; index++) {
      const digit = this.code(index) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return undefined;
      value = value * 10 + digit;
    }
    this.position += count;
    return value;
  }

  /** @throws {Unparsable} naming `component` when they do not come next */
  digits(count: number, component: string): number {
    const value = this.optionalDigits(count);
    if (value === undefined) throw invalidComponent(component);
    return value;
  }

  /** @throws {Unparsable} when `found` is false */
  literal(found: boolean): void {
    if (!found) throw new Unparsable("a character literal was not valid");
  }

  end(): void {
    if (this.position < this.text.length) {
      throw new Unparsable("unexpected trailing characters; the end of input was expected");
    }
  }

  /** True for a plus, false for a minus. @throws {Unparsable} where there is neither */
  east(): boolean {
    if (this.take("+")) return true;
    if (this.take("-")) return false;
    throw invalidComponent("offset hour");
  }
}
