/** The command line as one text, its program without the directory. */
export function commandText(words: readonly string[]): string {
  const [program = "", ...rest] = words.join(" ").split(" ");
  return [program.slice(program.lastIndexOf("/") + 1), ...rest].join(" ");
}
