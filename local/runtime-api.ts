import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSameSecret } from '../functions/stream/base/is-same-secret.ts';
import { hasSeveralHosts } from './loopback-host.ts';

/** One event for the function, with what AWS says about it in the headers of `/next`. */
export type Invocation = {
  readonly requestId: string;
  readonly traceId: string;
  readonly functionArn: string;
  readonly deadline: Date;
  readonly event: unknown;
};

export type RuntimeApiEvents = {
  /** The runtime asks for its next event; `answer` gives it one. */
  next(answer: (invocation: Invocation) => void): void;
  /** A response begins; false refuses it because the id is not the current invocation's. */
  response(requestId: string, message: IncomingMessage): boolean;
  /**
   * The runtime reports that it could not load the handler, or that the handler failed before its response.
   */
  failure(report: string): void;
};

export type RuntimeApi = {
  /** `host:port`, as in AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** What the runtime has to send in the header `sluice-runtime`. */
  readonly secret: string;
  close(): void;
};

const PREFIX = '/2018-06-01/runtime';
const MAX_REPORT_BYTES = 256 * 1024;

/**
 * Serves the Lambda Runtime API for one instance, on a loopback port of its own: the port identifies the
 * instance. Events are for this runtime only, and not for all who find the port: AWS_LAMBDA_RUNTIME_API can hold
 * no path, so that `rapid-client-stub.cjs` sends a secret in a header.
 */
export async function startRuntimeApi(events: RuntimeApiEvents): Promise<RuntimeApi> {
  const secret = randomBytes(18).toString('base64url');
  let host = '';
  const server = createServer((request, response) => {
    if (
      request.headers.host !== host ||
      hasSeveralHosts(request) ||
      !isSameSecret(String(request.headers['sluice-runtime']), secret)
    )
      return refuse(request, response, 403, 'Forbidden');
    route(events, request, response).catch(() => response.destroy());
  });
  // An answer takes as long as the function does, and its connection may idle for as long before it begins.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.timeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  host = `127.0.0.1:${port}`;
  return {
    address: host,
    secret,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function route(
  events: RuntimeApiEvents,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '' } = request;
  if (method === 'GET' && url === `${PREFIX}/invocation/next`) {
    events.next((invocation) => sendInvocation(response, invocation));
    return;
  }
  const [, id, kind] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(url) ?? [];
  if (method === 'POST' && id !== undefined && kind === 'response') {
    if (!events.response(decodeURIComponent(id), request))
      return refuse(request, response, 400, 'InvalidRequestID');
    // AWS accepts a response when it has received all of it.
    request.once('end', () => accept(response));
    return;
  }
  if (method === 'POST' && (kind === 'error' || url === `${PREFIX}/init/error`)) {
    events.failure(await readReport(request));
    accept(response);
    return;
  }
  refuse(request, response, 404, 'NotFound');
}

function sendInvocation(response: ServerResponse, invocation: Invocation): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-deadline-ms': String(invocation.deadline.getTime()),
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': invocation.traceId,
  });
  response.end(JSON.stringify(invocation.event));
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, errorType: string): void {
  request.resume();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errorType }));
}

async function readReport(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.byteLength;
    if (size <= MAX_REPORT_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
