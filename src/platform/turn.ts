/** Lets all that is due happen first: requests that have come, answers that are there. */
export const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
