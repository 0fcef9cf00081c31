import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Invocation, startRuntimeApi } from './runtime-api.ts';

export type InstanceOptions = {
  readonly codeDirectory: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly functionName: string;
  log(line: LogLine): void;
};

export type LogLine = {
  readonly source: 'stdout' | 'stderr' | 'platform';
  readonly pid: number | null;
  readonly text: string;
};

/**
 * `returning`: the response is complete, but the runtime has not asked for its next event yet. `ended`: the
 * process has exited, or is about to and takes no more events.
 */
type InstanceState = 'starting' | 'idle' | 'busy' | 'returning' | 'ended';

/** The outcome of an invocation; a response may still break off while its body is read. */
type Outcome =
  | { readonly kind: 'response'; readonly message: IncomingMessage }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'timeout' };

/** One process of AWS's runtime client with the function's code in it: one event at a time. */
export type Instance = {
  readonly pid: number;
  /** Returns the time from the start of the process until it asks for its first event; null before that. */
  initMilliseconds(): number | null;
  state(): InstanceState;
  /** Marks an idle instance as taken, so that nobody else takes it before `invoke`. */
  lease(): void;
  invoke(invocation: Invocation): Promise<Outcome>;
  /** Returns whether it was ended because an invocation exceeded its deadline. */
  timedOut(): boolean;
  /** Sends SIGTERM, and SIGKILL after the grace period. Resolves like `gone`. */
  end(): Promise<void>;
  /** Resolves when the process has exited and its children have been killed. */
  readonly gone: Promise<void>;
};

const RUNTIME = fileURLToPath(new URL('./runtime.mjs', import.meta.url));
const STUB = fileURLToPath(new URL('./rapid-client-stub.cjs', import.meta.url));
// AWS allows 10 s. A busy laptop starts more slowly than AWS does.
const INIT_MILLISECONDS = 30_000;
// For the last log lines of a process that broke its own response, and for ffmpeg to exit cleanly.
const GRACE_MILLISECONDS = 1_500;

/** Starts the process; `onChange` is called after each change of its state. */
export async function startInstance(
  options: InstanceOptions,
  onChange: (instance: Instance, reason: string) => void,
): Promise<Instance> {
  let state: InstanceState = 'starting';
  let answerNext: ((invocation: Invocation) => void) | null = null;
  let current: { requestId: string; settle: (outcome: Outcome) => void } | null = null;
  let deadline: NodeJS.Timeout | undefined;
  let initMilliseconds: number | null = null;
  let timedOut = false;
  let running = true;
  let lastFailure = 'the runtime exited';

  const api = await startRuntimeApi({
    next(answer) {
      answerNext = answer;
      initMilliseconds ??= performance.now() - startedAt;
      if (state === 'starting' || state === 'returning') becomeIdle();
    },
    response(requestId, message) {
      if (state !== 'busy' || current?.requestId !== requestId) return false;
      // This listener comes before the client hears of the end: a client that asks again would otherwise find
      // the instance still busy.
      message.once('end', responseEnded);
      message.once('close', () => message.complete || retire('the response broke off'));
      current.settle({ kind: 'response', message });
      return true;
    },
    failure(report) {
      lastFailure = report;
      say(`the runtime reported ${report}`);
      if (state !== 'busy') return;
      current?.settle({ kind: 'failed', reason: report });
      responseEnded();
    },
  });

  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--require', STUB, RUNTIME], {
    cwd: options.codeDirectory,
    env: { ...lambdaEnvironment(options, api.address), SLUICE_RUNTIME_SECRET: api.secret },
    // A process group of its own, so that the function's children end with it, as they do in AWS.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  if (child.pid === undefined) {
    api.close();
    throw new Error(`An instance could not be started: ${await exited}`);
  }
  const pid: number = child.pid;
  const say = (text: string) => options.log({ source: 'platform', pid, text });
  forwardLines(child.stdout, (text) => options.log({ source: 'stdout', pid, text }));
  forwardLines(child.stderr, (text) => options.log({ source: 'stderr', pid, text }));

  const initTimer = setTimeout(() => {
    lastFailure = `no event was requested within ${INIT_MILLISECONDS / 1000} s of the start`;
    void end();
  }, INIT_MILLISECONDS);

  const gone = exited.then((how) => {
    clearTimeout(initTimer);
    clearTimeout(deadline);
    signalGroup(pid, 'SIGKILL');
    running = false;
    api.close();
    current?.settle(timedOut ? { kind: 'timeout' } : { kind: 'failed', reason: `${lastFailure} (${how})` });
    leave(`${lastFailure} (${how})`);
  });

  function change(to: InstanceState, reason: string): void {
    state = to;
    onChange(instance, reason);
  }

  function becomeIdle(): void {
    clearTimeout(initTimer);
    clearTimeout(deadline);
    change('idle', 'ready');
  }

  function responseEnded(): void {
    current = null;
    if (state !== 'busy') return;
    if (answerNext) becomeIdle();
    else change('returning', 'response complete');
  }

  function leave(reason: string): void {
    if (state !== 'ended') change('ended', reason);
  }

  /** AWS replaces an instance whose response broke off; most often the process is already exiting. */
  function retire(reason: string): void {
    leave(reason);
    setTimeout(() => void end(), GRACE_MILLISECONDS).unref();
  }

  async function end(): Promise<void> {
    leave(lastFailure);
    // Once it has exited, its number may belong to another process.
    if (!running) return gone;
    signalGroup(pid, 'SIGTERM');
    const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MILLISECONDS);
    await gone;
    clearTimeout(kill);
  }

  const instance: Instance = {
    pid,
    initMilliseconds: () => initMilliseconds,
    state: () => state,
    lease: () => {
      state = 'busy';
    },
    invoke(invocation) {
      return new Promise((settle) => {
        const answer = answerNext;
        if (!answer) return settle({ kind: 'failed', reason: lastFailure });
        answerNext = null;
        current = { requestId: invocation.requestId, settle };
        deadline = setTimeout(() => {
          timedOut = true;
          say(`${invocation.requestId} Task timed out`);
          leave('timed out');
          signalGroup(pid, 'SIGKILL');
        }, invocation.deadline.getTime() - Date.now());
        answer(invocation);
      });
    },
    timedOut: () => timedOut,
    end,
    gone,
  };
  return instance;
}

/** Returns what AWS sets, and nothing of this process's own environment. */
function lambdaEnvironment(options: InstanceOptions, runtimeApi: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...options.environment,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_NAME: options.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${options.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: options.codeDirectory,
    _HANDLER: options.handler,
  };
}

function forwardLines(stream: Readable, line: (text: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', line);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // No process of the group is left.
  }
}
