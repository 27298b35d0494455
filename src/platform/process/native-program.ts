import { closeSync, openSync, readSync } from "node:fs";
import type { Libc } from "../bun-ffi.ts";
import { expectNotCancelled } from "../deadline.ts";
import type { Fd } from "../file/types.ts";
import { LimitError } from "../limits.ts";
import { osError, withOsErrors } from "../os-error.ts";
import { readableWithin } from "../readable.ts";
import { whenRunEnds } from "../run-end.ts";
import { SYSCALL } from "../syscall.ts";
import { unlessInterrupted } from "../waiting.ts";
import { withCredentials } from "./credentials.ts";
import { adoptOrphans, endLeftBehind, leftBehind, runningIn } from "./left-behind.ts";
import { Memory } from "./memory.ts";
import type { ExecuteResult, Program } from "./types.ts";

const O_CLOEXEC = 0x80000;
const F_DUPFD = 0;
const CLOSE_RANGE_CLOEXEC = 4;
const MAX_FD = 0x7fff_ffff;
const WNOHANG = 1;

/** Of posix_spawn: a session of its own, signals as they are by default and none blocked. */
const SPAWN_FLAGS = 0x80 | 0x04 | 0x08;
/** All signals, those of real time too, as a set; of those that cannot be changed the C library says nothing. */
const DEFAULT_SIGNALS = [0xffff_ffff, 0xffff_ffff];
/** More than the C library's types for the attributes of a process and for a set of signals take. */
const STRUCT_BYTES = 512;

/** Between looks at a child whose end the kernel does not announce, in milliseconds. */
const PAUSE_MS = 5;
/** Between looks at whether the run is to end. */
const MAX_POLL_MS = 100;

/** How long a killed program has to disappear, in milliseconds. */
const GRACE_MS = 2000;

/** Runs `program` and waits for it and for the end of its output. */
export function executeNatively(libc: Libc, program: Program): ExecuteResult {
  const { timeoutMs, maxOutput } = program.options;
  const deadline = performance.now() + timeoutMs;
  adoptOrphans(libc);
  const before = leftBehind();
  whenRunEnds(endLeftBehind);
  const [stdout, stderr] = [new Pipe(libc), new Pipe(libc)];
  try {
    const pid = start(libc, program, stdout, stderr);
    stdout.closeWriter();
    stderr.closeWriter();
    let status: number | undefined;
    try {
      const isDrained = drain(libc, [stdout, stderr], maxOutput, deadline);
      status = isDrained ? waitFor(libc, pid, deadline) : undefined;
      if (status === undefined || !waitForSession(libc, pid, deadline)) {
        throw new LimitError("executeTimeMs", timeoutMs);
      }
      return { exitCode: exitCode(status), stdout: stdout.content(), stderr: stderr.content() };
    } catch (error) {
      if (status === undefined) {
        // It has not been waited for: its number cannot be another's yet.
        kill(pid);
        waitFor(libc, pid, performance.now() + GRACE_MS, () => undefined);
      }
      endLeftBehind(before);
      throw error;
    }
  } finally {
    stdout.close();
    stderr.close();
  }
}

function start(libc: Libc, program: Program, stdout: Pipe, stderr: Pipe): number {
  const { functions } = libc;
  // What we got from whoever started us without close-on-exec is none of the program's business.
  functions.syscall(SYSCALL.close_range, 3, MAX_FD, CLOSE_RANGE_CLOEXEC, 0, 0, 0);
  const memory = new Memory(libc);
  const actions = memory.zeros(STRUCT_BYTES);
  const attributes = memory.zeros(STRUCT_BYTES);
  const pid = memory.zeros(8);
  const nothing = withOsErrors(() => openSync("/dev/null", "r"));
  // The interpreter of a script opens it by this descriptor, which therefore stays open in it.
  const executable = program.script ? libc.check(functions.fcntl(program.fd, F_DUPFD, 3)) : program.fd;
  try {
    functions.posix_spawn_file_actions_init(actions);
    functions.posix_spawn_file_actions_adddup2(actions, nothing, 0);
    functions.posix_spawn_file_actions_adddup2(actions, stdout.writer, 1);
    functions.posix_spawn_file_actions_adddup2(actions, stderr.writer, 2);
    functions.posix_spawnattr_init(attributes);
    functions.posix_spawnattr_setflags(attributes, SPAWN_FLAGS);
    functions.posix_spawnattr_setsigdefault(attributes, memory.words(DEFAULT_SIGNALS, STRUCT_BYTES));
    functions.posix_spawnattr_setsigmask(attributes, memory.zeros(STRUCT_BYTES));
    const path = memory.text(`/proc/self/fd/${executable}`);
    const argv = memory.texts(program.argv);
    const env = memory.texts(Object.entries(program.options.env).map(([name, value]) => `${name}=${value}`));
    const errno = withCredentials(libc, program.options, () =>
      functions.posix_spawn(pid, path, actions, attributes, argv, env),
    );
    if (errno !== 0) throw osError(errno);
    return memory.int32At(pid);
  } finally {
    functions.posix_spawn_file_actions_destroy(actions);
    functions.posix_spawnattr_destroy(attributes);
    closeSync(nothing);
    if (program.script) closeSync(executable);
    memory.release();
  }
}

class Pipe {
  readonly reader: number;
  readonly writer: number;
  private readonly chunks: Uint8Array[] = [];
  private length = 0;
  private writing = true;
  reading = true;

  constructor(libc: Libc) {
    const ends = new Int32Array(2);
    libc.check(libc.functions.pipe2(libc.addressOf(new Uint8Array(ends.buffer)), O_CLOEXEC));
    this.reader = ends[0] ?? -1;
    this.writer = ends[1] ?? -1;
  }

  /** Takes in what has come; throws when it is more than `maximum` in all. */
  read(maximum: number): void {
    const chunk = new Uint8Array(64 * 1024);
    const count = withOsErrors(() => readSync(this.reader, chunk, 0, chunk.length, null));
    if (count === 0) this.reading = false;
    this.length += count;
    if (this.length > maximum) throw new LimitError("executeOutputBytes", maximum);
    this.chunks.push(chunk.slice(0, count));
  }

  content(): Uint8Array {
    return Buffer.concat(this.chunks, this.length);
  }

  closeWriter(): void {
    if (this.writing) closeSync(this.writer);
    this.writing = false;
  }

  close(): void {
    this.closeWriter();
    closeSync(this.reader);
  }
}

/** Reads both pipes to their ends; false if the time is up before. */
function drain(libc: Libc, pipes: readonly Pipe[], maximum: number, deadline: number): boolean {
  for (;;) {
    const open = pipes.filter((pipe) => pipe.reading);
    if (open.length === 0) return true;
    if (performance.now() >= deadline) return false;
    expectNotCancelled();
    const ready = poll(
      libc,
      open.map((pipe) => pipe.reader),
      deadline,
    );
    for (const pipe of open) if (ready.has(pipe.reader)) pipe.read(maximum);
  }
}

/** The status with which the child ended; undefined if it has not before `deadline`. Calls `check` now and then. */
function waitFor(
  libc: Libc,
  pid: number,
  deadline: number,
  check: () => void = expectNotCancelled,
): number | undefined {
  const status = new Int32Array(2);
  const bytes = new Uint8Array(status.buffer);
  const child = descriptorOf(libc, pid);
  try {
    for (;;) {
      const ended = unlessInterrupted(() =>
        libc.check(libc.functions.waitpid(pid, libc.addressOf(bytes), WNOHANG)),
      );
      if (ended === pid) return status[0] ?? 0;
      const now = performance.now();
      if (now >= deadline) return undefined;
      check();
      if (child === undefined) poll(libc, [], Math.min(deadline, now + PAUSE_MS));
      else poll(libc, [child], deadline);
    }
  } finally {
    if (child !== undefined) closeSync(child);
  }
}

/** Waits for what the program started in its session, as a shell does with `&`; false if that has not ended before. */
function waitForSession(libc: Libc, session: number, deadline: number): boolean {
  for (let running = runningIn(session); running.length > 0; running = runningIn(session)) {
    for (const pid of running) {
      expectNotCancelled();
      if (performance.now() >= deadline) return false;
      const child = descriptorOf(libc, pid);
      // Where the kernel does not announce its end, it is looked for.
      poll(
        libc,
        child === undefined ? [] : [child],
        child === undefined ? performance.now() + PAUSE_MS : deadline,
      );
      if (child !== undefined) closeSync(child);
    }
  }
  return true;
}

/** A descriptor that tells when the process ends; undefined before Linux 5.3. */
function descriptorOf(libc: Libc, pid: number): Fd | undefined {
  try {
    return libc.check(libc.functions.syscall(SYSCALL.pidfd_open, pid, 0, 0, 0, 0, 0));
  } catch {
    return undefined;
  }
}

/** Waits until something can be read of `fds`, or until `deadline`, and returns those of which it can. */
function poll(libc: Libc, fds: readonly Fd[], deadline: number): ReadonlySet<Fd> {
  const left = Math.max(Math.ceil(deadline - performance.now()), 0);
  return readableWithin(libc, fds, Math.min(left, MAX_POLL_MS));
}

function exitCode(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : -signal;
}

/** Kills the program and all that it started in its group. */
function kill(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it ended meanwhile, or became another user's
  }
}
