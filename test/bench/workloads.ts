/** One script under one policy, timed as a whole process. */
export interface Workload {
  readonly name: string;
  readonly script: string;
  readonly policy: string;
  /** Subtract the time of the tiny script, to see the work beyond the cold start. */
  readonly beyondStart: boolean;
  /** Milliseconds; what the product should reach. Where absent, it should be no slower than the reference. */
  readonly target?: number;
  /** Done before each run, outside of its time. */
  readonly prepare?: () => void;
}

export const ALLOW = "permit(principal, action, resource);\n";

/** `count` policies of which one permits the work; the others are about other actions and other directories. */
function policies(count: number, base: string): string {
  const others = Array.from({ length: count - 1 }, (_, index) =>
    index % 2 === 0
      ? `permit(principal, action == file_system::Action::"read", resource in file_system::Dir::"/srv/data-${index}");\n`
      : `forbid(principal, action == file_system::Action::"write", resource in file_system::Dir::"/srv/data-${index}") when { resource.path like "*.key" };\n`,
  );
  return `permit(principal, action in [file_system::Action::"open", file_system::Action::"read"], resource in file_system::Dir::"${base}");\n${others.join("")}`;
}

const openAndRead = (base: string): string => `
let dir = DirConfig().path("${base}").build().open(OpenDirOptions().build());
let options = OpenFileOptions().read(true).build();
let bytes = 0;
for i in 0..1000 { bytes += dir.open_file("note.txt", options).read().len(); }
bytes`;

const openAndReadMany = (base: string): string => `
let dir = DirConfig().path("${base}").build().open(OpenDirOptions().build());
let options = OpenFileOptions().read(true).build();
let bytes = 0;
for i in 0..1000 { bytes += dir.open_file("n" + i, options).read().len(); }
bytes`;

const FIB = "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }\nfib(24)";
const LOOP = "let sum = 0;\nfor i in 0..1000000 { sum += i % 7; }\nsum";

export function workloads(base: string): readonly Workload[] {
  const reads = [
    [1, 30],
    [100, 35],
    [1000, 45],
  ] as const;
  return [
    { name: "cold run of a tiny script", script: "40 + 2", policy: ALLOW, beyondStart: false, target: 120 },
    ...reads.map(([count, target]) => ({
      name: `1,000 open + read, ${count} ${count === 1 ? "policy" : "policies"}`,
      script: openAndRead(base),
      policy: policies(count, base),
      beyondStart: true,
      target,
    })),
    ...reads.map(([count, target]) => ({
      name: `1,000 open + read of different files, ${count} ${count === 1 ? "policy" : "policies"}`,
      script: openAndReadMany(base),
      policy: policies(count, base),
      beyondStart: true,
      target,
    })),
    { name: "1 M loop turns", script: LOOP, policy: ALLOW, beyondStart: true, target: 250 },
    { name: "fib(24)", script: FIB, policy: ALLOW, beyondStart: true, target: 120 },
  ];
}
