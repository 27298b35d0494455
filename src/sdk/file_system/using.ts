interface Releasable {
  release(): void;
}

/** What `use` makes of `resource`, which is let go of in any case. */
export function using<R extends Releasable, T>(resource: R, use: (resource: R) => T): T {
  try {
    return use(resource);
  } finally {
    resource.release();
  }
}
