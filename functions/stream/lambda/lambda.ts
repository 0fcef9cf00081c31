import { setMaxListeners } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describeError } from '../base/describe-error.ts';
import { refuseRewrittenPath } from '../base/key.ts';
import { Problem } from '../base/problem.ts';
import { redactFields } from '../base/redact.ts';
import type { App, DeferredWork, Log, LogFields, RequestContext } from '../base/request-context.ts';
import { createTrace, type Trace } from '../base/trace.ts';
import { readableOf } from '../http/body.ts';
import { addCors } from '../http/cors.ts';
import { refuseUnknownMethod } from '../http/methods.ts';
import { secure } from '../http/policy.ts';
import { problemResponse } from '../http/problem-response.ts';
import { withoutTokens } from '../route/authorise.ts';
import { finishDeferred } from './deferred-work.ts';
import type { RequestFields } from './metrics.ts';
import { type RequestSize, refuseOversized } from './request-limits.ts';

/** The part of a Function URL's event (payload format 2.0) that is read here. */
export type FunctionUrlEvent = RequestSize & {
  readonly requestContext: { readonly http: { readonly method: string }; readonly requestId?: string };
};

export type LambdaContext = {
  readonly awsRequestId: string;
  /** Read by the runtimes before nodejs24.x. */
  callbackWaitsForEmptyEventLoop?: boolean;
  getRemainingTimeInMillis(): number;
};

/**
 * Reserved from the function's time, so that a broken connection is logged before the platform ends the
 * process.
 */
const RESERVE_MILLISECONDS = 1_000;

/**
 * Passes Function URL events to the app and its responses to Lambda's response stream. Pages of
 * `allowedOrigins` may also read what it refuses itself. `metricsOf` adds to the line of each request.
 */
export function createLambdaHandler(
  app: App,
  log: Log,
  allowedOrigins: readonly string[],
  metricsOf: (fields: RequestFields) => LogFields = () => ({}),
) {
  return async (event: FunctionUrlEvent, stream: Writable, context: LambdaContext): Promise<void> => {
    const controller = new AbortController();
    const invocation = new AbortController();
    // Every read of a request adds a listener, and a transcode has many.
    setMaxListeners(0, controller.signal, invocation.signal);
    const deferred: DeferredWork[] = [];
    const trace = createTrace();
    const started = performance.now();
    const deadline = started + context.getRemainingTimeInMillis() - RESERVE_MILLISECONDS;
    const timer = setTimeout(() => {
      const reason = new Problem('timeout', 'The time of one invocation is up.');
      controller.abort(reason);
      invocation.abort(reason);
    }, deadline - started);
    const requestContext: RequestContext = {
      requestId: context.awsRequestId,
      signal: controller.signal,
      trace,
      secondsLeft: () => (deadline - performance.now()) / 1000,
      invocationSignal: invocation.signal,
      waitUntil: (work) => deferred.push(work),
    };
    const { method } = event.requestContext.http;
    const response = await answer(app, event, requestContext, allowedOrigins);
    secure(response.headers, context.awsRequestId);
    const sent: Sent = { bytes: 0, firstAt: null };
    let failure: unknown = null;
    try {
      await send(method === 'HEAD' ? withoutBody(response) : response, stream, sent, controller.signal);
    } catch (error) {
      failure = error;
    }
    if (failure !== null) invocation.abort(failure);
    // Not the cause of anything: it only releases what the request still holds.
    controller.abort(new Problem('internal', 'The answer is complete.'));
    const fields = {
      status: response.status,
      bytes: sent.bytes,
      milliseconds: Math.round(performance.now() - started),
      firstByteMilliseconds: sent.firstAt === null ? null : Math.round(sent.firstAt - started),
      ffmpegSeconds: Math.round(trace.total('ffmpeg')) / 1000,
      plan: response.headers.get('sluice-plan'),
    };
    log(failure === null && response.status < 500 ? 'info' : 'error', 'request', {
      requestId: context.awsRequestId,
      method,
      path: withoutTokens(event.rawPath),
      ...fields,
      timing: response.headers.get('server-timing'),
      ...redactFields(trace.fields),
      ...(failure === null ? {} : { broken: describeError(failure) }),
      ...metricsOf({ ...fields, ...cmcdOf(trace.fields) }),
    });
    await finishDeferred(deferred, {
      isWhole: failure === null,
      signal: invocation.signal,
      log: (level, fields) =>
        log(level, 'deferred', { requestId: context.awsRequestId, ...redactFields(fields) }),
    });
    clearTimeout(timer);
    // Nothing may go on while the instance is frozen, or in a later invocation.
    invocation.abort(new Problem('internal', 'The invocation has ended.'));
    // The only way to tell the client that its body is incomplete. It also ends this process, and the
    // platform starts another: a clean end would pass for the end of the media.
    if (failure !== null) stream.destroy(failure instanceof Error ? failure : new Error(String(failure)));
  };
}

async function answer(
  app: App,
  event: FunctionUrlEvent,
  context: RequestContext,
  allowedOrigins: readonly string[],
): Promise<Response> {
  try {
    return await app(toRequest(event), context);
  } catch (error) {
    const problem =
      error instanceof Problem ? error : new Problem('internal', 'The request could not be handled.');
    context.trace.note({ problem: problem.type, cause: describeError(error) });
    const response = problemResponse(problem, context.requestId);
    if (allowedOrigins.length > 0) addCors(response.headers, event.headers.origin ?? null, allowedOrigins);
    return response;
  }
}

function toRequest(event: FunctionUrlEvent): Request {
  const { rawPath, rawQueryString, headers, requestContext } = event;
  const { method } = requestContext.http;
  refuseUnknownMethod(method);
  refuseOversized(event, method);
  refuseRewrittenPath(rawPath);
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`;
  // No answer depends on the host, and the client's Host must not move the path.
  const url = new URL(`https://localhost${rawPath}${query}`);
  return new Request(url, { method, headers: toHeaders(headers) });
}

function toHeaders(fields: FunctionUrlEvent['headers']): Headers {
  const list = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  try {
    return new Headers(list);
  } catch {
    // Such as a character above U+00FF, which is not a byte. The error repeats the value, which must not be
    // logged.
    throw new Problem('bad-request', 'A header field has a name or a value that HTTP does not allow.');
  }
}

function withoutBody({ status, headers }: Response): Response {
  return new Response(null, { status, headers });
}

/** What of a body was sent, and when it began. */
type Sent = { bytes: number; firstAt: number | null };

function cmcdOf({ cmcd }: Trace['fields']): Pick<RequestFields, 'cmcd'> {
  return typeof cmcd === 'object' && cmcd !== null ? { cmcd: { ...cmcd } } : {};
}

async function send(response: Response, stream: Writable, sent: Sent, signal: AbortSignal): Promise<void> {
  const out = awslambda.HttpResponseStream.from(stream, {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
  });
  // The prelude goes out with the first write; `end` alone would not send it.
  out.write('');
  if (response.body !== null) {
    const body = readableOf(response.body);
    body.on('data', (chunk: Uint8Array) => {
      sent.firstAt ??= performance.now();
      sent.bytes += chunk.byteLength;
    });
    // An answer after the deadline is the problem that reports it.
    await pipeline(body, out, signal.aborted ? { end: false } : { signal, end: false });
  }
  await new Promise<void>((resolve) => out.end(resolve));
}
