let actions: (() => void)[] = [];

/** Has `action` called once this run is over. */
export function whenRunEnds(action: () => void): void {
  if (!actions.includes(action)) actions.push(action);
}

/** The run is over. */
export function endRun(): void {
  const due = actions;
  actions = [];
  for (const action of due) action();
}
