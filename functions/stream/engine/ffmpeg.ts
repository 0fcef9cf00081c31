import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { finished, type Readable, Transform } from 'node:stream';
import type { FfmpegCommand } from 'fluent-ffmpeg';
import { onAbort } from '../base/abort.ts';
import { asError } from '../base/as-error.ts';
import { damaged } from '../base/problem.ts';
import { bindGroup, killGroup } from '../sandbox/process-group.ts';
import { type SandboxLimits, sandboxed } from '../sandbox/process-limits.ts';
import type { FfmpegArguments } from './arguments.ts';
import { type BurntScript, type OpenedScript, openScript } from './burnt-script.ts';
import { type FailedEnd, problemOfEnd } from './failure.ts';
import { yieldProcessor } from './yield-processor.ts';

export type Engine = {
  /**
   * Starts ffmpeg on `url` and resolves with its output once the first bytes are there. Rejects with
   * `damaged-media` if it ends without any, with `too-large` if it exceeds a limit of its sandbox, with
   * `internal` if it cannot be started or is killed from outside. Afterwards the stream ends cleanly only if
   * ffmpeg did and `inputFailure` saw nothing.
   */
  transcode(url: string, args: FfmpegArguments, options: TranscodeOptions): Promise<Readable>;
};

export type TranscodeOptions = {
  readonly signal: AbortSignal;
  /**
   * Returns what the input failed with, if anything: ffmpeg takes a broken input for a short one and exits
   * with 0.
   */
  readonly inputFailure: () => unknown;
  /** What its filter for subtitles draws; without it, such a filter fails. */
  readonly script?: BurntScript;
  /** Called when the process runs, with the milliseconds that its start took. */
  readonly onSpawn: (milliseconds: number) => void;
  /** Called once, when the process has ended or is being killed, with the last lines that it wrote to stderr. */
  readonly onExit: (stderrTail: string) => void;
};

const STDERR_LINES = 20;
const KILL_AFTER_MILLISECONDS = 2_000;

/**
 * Creates the engine. The only importer of fluent-ffmpeg, which is archived upstream. Without a font, it burns no
 * subtitles in.
 */
export function createEngine(
  ffmpegPath: string,
  limits: SandboxLimits,
  fontPath: string | null = null,
): Engine {
  return {
    async transcode(url, args, given) {
      const { signal } = given;
      signal.throwIfAborted();
      const { default: ffmpeg } = await import('fluent-ffmpeg');
      const script = given.script === undefined ? null : await openScript(given.script, fontPath);
      const onExit = (stderrTail: string) => {
        script?.close();
        given.onExit(stderrTail);
      };
      const options = { ...given, onExit };
      if (signal.aborted) {
        onExit('');
        throw signal.reason;
      }
      const command = ffmpeg({ source: url, stdoutLines: STDERR_LINES })
        .inputOptions([...args.input])
        .outputOptions([...args.output]);
      const output = run(command, { path: ffmpegPath, limits, script }, options);
      await firstBytes(output);
      return output;
    },
  };
}

type Program = {
  readonly path: string;
  readonly limits: SandboxLimits;
  readonly script: OpenedScript | null;
};

function run(command: FfmpegCommand, program: Program, options: TranscodeOptions): Readable {
  const output = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      // From here on, ffmpeg invents output for a broken input: none of it is sent.
      const failure = options.inputFailure();
      if (failure !== null && failure !== undefined) done(asError(failure));
      else done(null, chunk);
    },
  });
  // A failure before the first read waits for its reader.
  output.on('error', () => {});
  const child = confine(command, program, output);

  const release = onAbort(options.signal, () => output.destroy(asError(options.signal.reason)));
  const asked = performance.now();
  command.once('start', () => options.onSpawn(performance.now() - asked));
  const settle = (stderr: string | null) => {
    release();
    options.onExit(stderr ?? '');
  };
  output.once('close', () => terminate(child()));

  command.once('error', (error: Error, _stdout: string | null, stderr: string | null) => {
    settle(stderr);
    const seconds = (performance.now() - asked) / 1000;
    const { limits } = program;
    output.destroy(asFailure(options, error, { ...endOf(child()), seconds, stderr: stderr ?? '', limits }));
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

type Lines = { get(): string };
type Spawned = (child: ChildProcess, stdout: Lines, stderr: Lines) => void;
type Ended = (error: Error | null, stdout: Lines, stderr: Lines) => void;

const NO_LINES: Lines = { get: () => '' };

/**
 * Replaces four of fluent-ffmpeg's private steps, which it has no options for: the surveys of formats and of
 * encoders before the first command (120 ms), and a spawn that passes the function's environment, credentials
 * included, to the child, sets no limits, and throws if the program cannot run. Returns an accessor of the
 * child process.
 */
function confine(
  command: FfmpegCommand,
  { path, limits, script }: Program,
  output: Readable,
): () => ChildProcess | null {
  const inner = command as unknown as {
    _checkCapabilities(done: () => void): void;
    availableEncoders(done: (error: null, encoders: object) => void): void;
    _getFfmpegPath(done: (error: null, path: string) => void): void;
    _spawnFfmpeg(args: string[], options: SpawnOptions, onStart: Spawned, onEnd: Ended): void;
  };
  const spawn = inner._spawnFfmpeg.bind(command);
  let started: ChildProcess | null = null;
  inner._checkCapabilities = (done) => done();
  inner.availableEncoders = (done) => done(null, {});
  inner._spawnFfmpeg = (args, options, onStart, onEnd) => {
    // Its arguments are missing if nothing ran.
    const ended = (error: Error | null, stdout = NO_LINES, stderr = NO_LINES) => onEnd(error, stdout, stderr);
    if (output.destroyed) return ended(new Error('It was stopped before its start.'));
    const sandbox = sandboxed(path, args, limits, script?.environment);
    inner._getFfmpegPath = (done) => done(null, sandbox.file);
    const stdio: SpawnOptions['stdio'] = ['ignore', 'pipe', 'pipe', ...(script?.files ?? [])];
    const confined: SpawnOptions = { ...options, ...sandbox.options, stdio };
    const running: Spawned = (child, ...lines) => {
      started = child;
      yieldProcessor(child.pid);
      bindGroup(child);
      onStart(child, ...lines);
    };
    try {
      spawn(sandbox.args, confined, running, ended);
    } catch (error) {
      ended(asError(error));
    }
  };
  return () => started;
}

/** Sends SIGTERM, and SIGKILL after two seconds. */
function terminate(child: ChildProcess | null): void {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MILLISECONDS);
  child.once('exit', () => clearTimeout(timer));
  killGroup(child, 'SIGTERM');
}

/**
 * Ends the output after the process, which may be gone while its last output still waits in the pipe for a
 * slow reader.
 */
function endAfter(stdout: Readable | null, output: Transform): void {
  if (stdout === null) output.end();
  else finished(stdout, (error) => (error ? output.destroy(error) : output.end()));
}

async function firstBytes(output: Readable): Promise<void> {
  if (output.readableLength > 0) return;
  // Emitted at the end as well; rejects on an error.
  await once(output, 'readable');
  if (output.readableLength === 0) {
    throw damaged('The media holds nothing that can be decoded.');
  }
}

function endOf(child: ChildProcess | null) {
  const { pid, exitCode, signalCode } = child ?? { exitCode: null, signalCode: null };
  return { hasStarted: pid !== undefined, code: exitCode, signal: signalCode };
}

function asFailure({ signal, inputFailure }: TranscodeOptions, error: Error, end: FailedEnd): Error {
  if (signal.aborted) return asError(signal.reason);
  const failure = inputFailure();
  if (failure !== null && failure !== undefined) return asError(failure);
  return problemOfEnd(end, new Error(`${error.message}\n${end.stderr}`));
}
