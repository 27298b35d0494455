/** A question of a program, and what is typed then. */
export type Answer = readonly [question: RegExp, typed: string];

/** What a program shows at a terminal of its own, at which somebody answers its questions, and how it ends. */
export async function atTerminal(
  command: readonly string[],
  cwd: string,
  answers: readonly Answer[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly shown: string }> {
  let shown = "";
  let answered = 0;
  const program = Bun.spawn([...command], {
    cwd,
    env: { PATH: "/usr/bin:/bin", ...env },
    terminal: {
      data: (terminal, bytes) => {
        shown += Buffer.from(bytes).toString();
        const answer = answers.find(([question]) => question.test(shown.slice(answered)));
        if (answer === undefined) return;
        answered = shown.length;
        terminal.write(answer[1]);
      },
    },
  });
  const status = await program.exited;
  return { status, shown: shown.replaceAll("\r\n", "\n") };
}
