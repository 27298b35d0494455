/** Control characters, what is not seen (as U+200B), and what turns the direction of text or ends a line unseen. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** As {@link HIDDEN}, without what gives text its lines. */
const HIDDEN_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `text` with what could make it look like another text shown as `\u{202e}`. */
export const visible = (text: string): string => text.replace(HIDDEN, escaped);

/** As {@link visible}, of text that has lines. */
export const visibleLines = (text: string): string => text.replace(HIDDEN_IN_LINES, escaped);

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
