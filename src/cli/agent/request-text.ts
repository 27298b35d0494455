/** A request to the policy, as answers of the agent tell of it. */
interface Told {
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
}

/** `file_system::Action::"open" on file_system::File::"/etc/passwd"` */
export const requestText = ({ action, resource }: Told): string =>
  `${action} on ${resource.type}::${JSON.stringify(resource.id)}`;

/** As {@link requestText}, and why it was denied. */
export const denialText = (
  denial: Told & { readonly reason: string; readonly policies: readonly string[] },
) => `${requestText(denial)} (${[denial.reason, ...denial.policies].join(", ")})`;
