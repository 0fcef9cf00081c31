import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { damaged, Problem } from '../http/problem.ts';
import type { FfmpegArguments } from './arguments.ts';

export type Engine = {
  /**
   * Starts ffmpeg on `url` and resolves with its output once the first bytes are there. Rejects with `damaged-media`
   * if it ends without any. Afterwards the stream ends cleanly only if ffmpeg did and `inputFailure` saw nothing.
   */
  transcode(url: string, args: FfmpegArguments, options: TranscodeOptions): Promise<Readable>;
};

export type TranscodeOptions = {
  readonly signal: AbortSignal;
  /** What went wrong on the way in, if anything: ffmpeg takes a broken input for a short one and exits with 0. */
  readonly inputFailure: () => unknown;
  /** Called when the process runs, with the milliseconds that it took to start it. */
  readonly onSpawn: (milliseconds: number) => void;
  /** Called once, when the process has ended, with the last lines that it wrote to stderr. */
  readonly onExit: (stderrTail: string) => void;
};

const KILL_AFTER_MILLISECONDS = 2_000;
const STDERR_LINES = 20;

/** The only importer of fluent-ffmpeg, which is archived upstream. */
export function createEngine(ffmpegPath: string): Engine {
  return {
    async transcode(url, args, options) {
      options.signal.throwIfAborted();
      const output = run(ffmpegPath, url, args, options);
      await firstBytes(output);
      return output;
    },
  };
}

function run(path: string, url: string, args: FfmpegArguments, options: TranscodeOptions): Readable {
  const output = new PassThrough({ highWaterMark: 256 * 1024 });
  const command = ffmpeg({ source: url, stdoutLines: STDERR_LINES })
    .setFfmpegPath(path)
    .inputOptions([...args.input])
    .outputOptions([...args.output]);
  const child = confine(command);

  const abort = () => {
    output.destroy(options.signal.reason);
    terminate(child());
  };
  options.signal.addEventListener('abort', abort, { once: true });
  const asked = performance.now();
  command.once('start', () => options.onSpawn(performance.now() - asked));
  const settle = (stderr: string | null) => {
    options.signal.removeEventListener('abort', abort);
    options.onExit(stderr ?? '');
  };
  output.once('close', () => terminate(child()));

  command.once('error', (error: Error, _stdout: string | null, stderr: string | null) => {
    settle(stderr);
    output.destroy(asFailure(options, error, stderr));
  });
  command.once('end', (_stdout: string | null, stderr: string | null) => {
    settle(stderr);
    const failure = options.inputFailure();
    if (failure !== null && failure !== undefined) output.destroy(asError(failure));
    else endAfter(child()?.stdout ?? null, output);
  });
  // The output is ended here and not by the pipe: the pipe knows of no exit code.
  command.pipe(output, { end: false });
  return output;
}

/**
 * Replaces two of fluent-ffmpeg's private steps, which it has no options for: the survey of formats and encoders before
 * the first command (120 ms), and a spawn that hands the function's environment, credentials included, to the child.
 * Returns the way to the child process.
 */
function confine(command: FfmpegCommand): () => ChildProcess | null {
  const inner = command as unknown as {
    _checkCapabilities(done: () => void): void;
    _spawnFfmpeg(
      args: string[],
      options: SpawnOptions,
      onStart: (child: ChildProcess, ...rings: unknown[]) => void,
      onEnd: unknown,
    ): void;
  };
  const spawn = inner._spawnFfmpeg.bind(command);
  let process: ChildProcess | null = null;
  inner._checkCapabilities = (done) => done();
  inner._spawnFfmpeg = (args, options, onStart, onEnd) => {
    // A group of its own, so that whatever ffmpeg might start is ended with it.
    const confined: SpawnOptions = { ...options, env: {}, detached: true, stdio: ['ignore', 'pipe', 'pipe'] };
    spawn(
      args,
      confined,
      (child, ...rings) => {
        process = child;
        onStart(child, ...rings);
      },
      onEnd,
    );
  };
  return () => process;
}

/** SIGTERM to the group, SIGKILL to what is left of it after two seconds. */
function terminate(child: ChildProcess | null): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const group = -child.pid;
  signalGroup(group, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(group, 'SIGKILL'), KILL_AFTER_MILLISECONDS);
  child.once('exit', () => clearTimeout(timer));
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(group, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** The process may have ended while its last output still waits in the pipe for a slow reader. */
function endAfter(stdout: Readable | null, output: PassThrough): void {
  if (stdout === null || stdout.readableEnded || stdout.destroyed) output.end();
  else stdout.once('end', () => output.end());
}

async function firstBytes(output: Readable): Promise<void> {
  if (output.readableLength > 0) return;
  // Emitted at the end as well, and rejects on an error.
  await once(output, 'readable');
  if (output.readableLength === 0) {
    throw damaged('The media holds nothing that can be decoded.');
  }
}

function asFailure({ signal, inputFailure }: TranscodeOptions, error: Error, stderr: string | null): Error {
  if (signal.aborted) return asError(signal.reason);
  const failure = inputFailure();
  if (failure !== null && failure !== undefined) return asError(failure);
  const cause = new Error(`${error.message}\n${stderr ?? ''}`);
  return damaged('The media could not be decoded.', { cause });
}

function asError(reason: unknown): Error {
  return reason instanceof Error
    ? reason
    : new Problem('internal', 'The work was stopped.', { cause: reason });
}
