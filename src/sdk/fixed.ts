/**
 * `value` with so many digits after the point, as the reference writes it: what lies exactly between two goes to the
 * even one, where `toFixed` takes the larger. Padded with spaces on the left to `width`.
 */
export function fixed(value: number, digits: number, width = 0): string {
  return (isTie(value, digits) ? toEven(value, digits) : value.toFixed(digits)).padStart(width);
}

/** A half of the last digit needs one bit more than the digits before it: no more and no less. */
function isTie(value: number, digits: number): boolean {
  const bits = value * 2 ** (digits + 1);
  return Number.isSafeInteger(bits) && bits % 2 !== 0;
}

function toEven(value: number, digits: number): string {
  const scale = 10 ** digits;
  const below = Math.floor(value * scale);
  return ((below % 2 === 0 ? below : below + 1) / scale).toFixed(digits);
}
