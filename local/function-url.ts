import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { originsOf } from '../functions/stream/config/setting-schemas.ts';
import { withoutTokens } from '../functions/stream/route/authorise.ts';
import { withAccount } from './account.ts';
import { buildEvent } from './event.ts';
import { breakConnection, forwardResponse, functionError } from './forward.ts';
import { type Instance, type LogLine, startInstance } from './instance.ts';
import { createInstances } from './instances.ts';
import { startInvokeApi } from './invoke-api.ts';
import type { LocalMetrics } from './metrics.ts';
import { MAX_BODY_BYTES, readBody } from './read-body.ts';
import { refusalOf } from './refusal.ts';
import { refuse, throttle, timeOut } from './refuse.ts';
import { MOST_LINKS, newTraceId, traceAfter } from './trace.ts';
import { takeUploads } from './upload.ts';

export type FunctionUrlOptions = {
  /** The folder with the built code; each instance works in it. */
  readonly codeDirectory: string;
  /** `file.export`, as Lambda writes it. */
  readonly handler: string;
  /** The variables of the function's configuration, in addition to Lambda's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly maxInstances?: number;
  readonly timeoutSeconds?: number;
  /** The memory that the function is told; it is not enforced. */
  readonly memoryMegabytes?: number;
  readonly maxResponseBytes?: number;
  /** The cap beyond the first 6 MB of a response; null leaves it uncapped. */
  readonly bandwidthBytesPerSecond?: number | null;
  /** Ends an instance that was idle for this long; null never ends it. */
  readonly idleInstanceSeconds?: number | null;
  /** Answers /metrics in place of the function. */
  readonly metrics?: LocalMetrics;
  /** For tests of what a client may write into Host; otherwise only names of this machine are accepted. */
  readonly takesAnyHost?: boolean;
  log?(line: LogLine): void;
};

export type LocalFunctionUrl = {
  readonly url: string;
  /** The instances that take events at the moment. */
  instances(): readonly InstanceInfo[];
  counters(): Counters;
  /** Breaks open connections, ends all instances, and resolves when nothing is left. */
  close(): Promise<void>;
};

export type InstanceInfo = {
  readonly pid: number;
  readonly busy: boolean;
  /** From the start of the process to its first `GET /next`; null while it starts. */
  readonly initMilliseconds: number | null;
};

export type Counters = {
  readonly requests: number;
  readonly instancesStarted: number;
  readonly throttled: number;
  /** Asynchronous invocations that an instance took. */
  readonly events: number;
  /** The most invocations that have sent for each other, the last of them included. */
  readonly longestChain: number;
  /** Responses whose connection was broken after their head was sent. */
  readonly broken: number;
};

const FUNCTION_NAME = 'sluice';
/** What the function is told of its memory, unless somebody says otherwise. */
export const LOCAL_MEMORY_MEGABYTES = 2048;
const EVENT_RETRY_MILLISECONDS = 300;
const MAX_RESPONSE_BYTES = 200 * 1024 * 1024;

/**
 * Starts a Lambda Function URL in RESPONSE_STREAM mode on 127.0.0.1, with the built function behind AWS's
 * runtime client.
 */
export async function startFunctionUrl(options: FunctionUrlOptions): Promise<LocalFunctionUrl> {
  const log = (line: LogLine) => {
    options.metrics?.count(line);
    options.log?.(line);
  };
  const timeoutSeconds = options.timeoutSeconds ?? 900;
  const maxInstances = options.maxInstances ?? 32;
  const environment = options.environment ?? {};
  const functionArn = `arn:aws:lambda:${environment.AWS_REGION ?? 'us-east-1'}:000000000000:function:${FUNCTION_NAME}`;
  const forwardOptions = {
    maxResponseBytes: options.maxResponseBytes ?? MAX_RESPONSE_BYTES,
    bandwidthBytesPerSecond: options.bandwidthBytesPerSecond ?? null,
  };
  const origins = {
    allowedOrigins: originsOf(environment.ALLOWED_ORIGINS ?? ''),
    embedOrigins: originsOf(environment.EMBED_ORIGINS ?? ''),
  };
  const uploads = takeUploads(environment);
  const counters = { requests: 0, throttled: 0, events: 0, longestChain: 0, broken: 0 };
  let isClosed = false;
  const invokeApi = await startInvokeApi(FUNCTION_NAME, (event, trace) => {
    void invokeLater(event, trace);
  });
  const instances = createInstances({
    maxInstances,
    idleMilliseconds: options.idleInstanceSeconds == null ? null : options.idleInstanceSeconds * 1000,
    start: (onChange) =>
      startInstance(
        {
          codeDirectory: options.codeDirectory,
          handler: options.handler,
          environment: {
            ...withAccount(environment),
            AWS_ENDPOINT_URL_LAMBDA: invokeApi.url,
          },
          memoryMegabytes: options.memoryMegabytes ?? LOCAL_MEMORY_MEGABYTES,
          functionName: FUNCTION_NAME,
          log,
        },
        onChange,
      ),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    const traceId = newTraceId();
    response.setHeader('x-amzn-requestid', requestId);
    response.setHeader('x-amzn-trace-id', traceId);
    counters.requests += 1;
    const receivedAt = new Date();
    const refusal = refusalOf(request, { takesAnyHost: options.takesAnyHost ?? false, ...origins });
    if (refusal !== null) return refuse(response, refusal.status, refusal.message);
    if (options.metrics !== undefined && request.url === '/metrics') {
      response.setHeader('content-type', options.metrics.contentType);
      return void response.end(await options.metrics.text());
    }
    if (uploads !== null && (await uploads(request, response, requestId))) return;
    const body = await readBody(request);
    if (body === null) return refuse(response, 413, `Request must be smaller than ${MAX_BODY_BYTES} bytes.`);
    const event = buildEvent({
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      httpVersion: request.httpVersion,
      rawHeaders: request.rawHeaders,
      body,
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      port: request.socket.localPort ?? 0,
      requestId,
      traceId,
      receivedAt,
    });
    if (event === null) return refuse(response, 400, 'The request target is not a path.');
    const acquired = await instances.acquire();
    if (acquired.kind === 'none-free') {
      counters.throttled += 1;
      return throttle(response, maxInstances);
    }
    if (acquired.kind === 'failed') return fail(response, requestId, null, acquired.reason);
    const deadline = new Date(Date.now() + timeoutSeconds * 1000);
    await invoke(acquired.instance, { requestId, traceId, functionArn, deadline, event }, response);
  }

  /** As in Lambda, an event that finds no free instance waits for one. None is handled twice. */
  async function invokeLater(event: unknown, trace: string): Promise<void> {
    const { traceId, links } = traceAfter(trace);
    counters.longestChain = Math.max(counters.longestChain, links);
    if (links > MOST_LINKS)
      return log({
        source: 'platform',
        pid: null,
        text: 'event dropped: invocations send for each other in a loop',
      });
    while (!isClosed) {
      const acquired = await instances.acquire();
      if (acquired.kind === 'none-free') {
        await delay(EVENT_RETRY_MILLISECONDS);
        continue;
      }
      const requestId = randomUUID();
      const tell = (text: string) =>
        log({ source: 'platform', pid: null, text: `${requestId} event: ${text}` });
      if (acquired.kind === 'failed') return tell(acquired.reason);
      counters.events += 1;
      const deadline = new Date(Date.now() + timeoutSeconds * 1000);
      const invocation = { requestId, traceId, functionArn, deadline, event };
      const outcome = await acquired.instance.invoke(invocation);
      if (outcome.kind !== 'response') return tell(outcome.kind === 'failed' ? outcome.reason : 'timed out');
      // Nobody reads the answer.
      outcome.message.on('error', () => {});
      outcome.message.resume();
      return;
    }
  }

  async function invoke(
    instance: Instance,
    invocation: Parameters<Instance['invoke']>[0],
    response: ServerResponse,
  ): Promise<void> {
    const { requestId } = invocation;
    const outcome = await instance.invoke(invocation);
    if (outcome.kind === 'timeout') return timeOut(response, timeoutSeconds);
    if (outcome.kind === 'failed') return fail(response, requestId, instance.pid, outcome.reason);
    const { message } = outcome;
    message.once('end', () => {
      // The client sees a clean end here, as in AWS: only the log shows the error.
      const error = functionError(message);
      if (error !== null) log({ source: 'platform', pid: instance.pid, text: `${requestId} ${error}` });
    });
    const forwarded = await forwardResponse(message, response, forwardOptions);
    if (forwarded.kind === 'invalid') {
      if (instance.timedOut()) return timeOut(response, timeoutSeconds);
      return fail(response, requestId, instance.pid, forwarded.reason);
    }
    if (forwarded.kind === 'sent') return;
    counters.broken += 1;
    const path = withoutTokens(response.req.url?.split('?')[0] ?? '');
    const end = forwarded.kind === 'left' ? `viewer left ${path}` : `connection broken: ${forwarded.reason}`;
    log({ source: 'platform', pid: instance.pid, text: `${requestId} ${end}` });
  }

  function fail(response: ServerResponse, requestId: string, pid: number | null, reason: string): void {
    log({ source: 'platform', pid, text: `${requestId} 502: ${reason}` });
    refuse(response, 502, 'Internal Server Error');
  }

  // An upload may take longer than the five minutes of Node.js, as long as something comes (local/upload.ts).
  const server = createServer(uploads === null ? {} : { requestTimeout: 0 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log({ source: 'platform', pid: null, text: `request failed: ${String(error)}` });
      breakConnection(response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    instances: () =>
      instances.running().map((instance) => ({
        pid: instance.pid,
        busy: instance.state() !== 'idle',
        initMilliseconds: instance.initMilliseconds(),
      })),
    counters: () => ({ ...counters, instancesStarted: instances.startedCount() }),
    async close() {
      isClosed = true;
      invokeApi.close();
      server.close();
      server.closeAllConnections();
      await instances.close();
    },
  };
}
