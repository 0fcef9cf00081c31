import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { isLoopbackHost } from './loopback-host.ts';

export type InvokeApi = {
  /** For AWS_ENDPOINT_URL_LAMBDA. Its path cannot be guessed: nobody here checks AWS signatures. */
  readonly url: string;
  close(): void;
};

/** Lambda's limit of an asynchronous event is 1 MB. */
const MAX_EVENT_BYTES = 1024 * 1024;

/**
 * Serves Lambda's own API on a loopback port, as far as a function sends itself asynchronous invocations
 * (`Invoke` with the type `Event`): the event is accepted, and handled when an instance is free. `invoke` is given
 * the trace of the invocation that sends it.
 */
export async function startInvokeApi(
  functionName: string,
  invoke: (event: unknown, trace: string) => void,
): Promise<InvokeApi> {
  const root = `/${randomBytes(18).toString('base64url')}`;
  const path = `${root}/2015-03-31/functions/${functionName}/invocations`;
  const server = createServer((request, response) => {
    answer(path, invoke, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${root}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  path: string,
  invoke: (event: unknown, trace: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST' || request.url !== path || !isLoopbackHost(request.headers.host)) {
    request.resume();
    return refuse(response, 404, 'ResourceNotFoundException', 'There is no such function here.');
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_EVENT_BYTES) {
    request.resume();
    return refuse(response, 413, 'RequestTooLargeException', 'The event is too large.');
  }
  const body = await text(request);
  if (request.headers['x-amz-invocation-type'] !== 'Event') {
    return refuse(
      response,
      400,
      'InvalidParameterValueException',
      'Only asynchronous invocations are accepted.',
    );
  }
  let event: unknown;
  try {
    event = JSON.parse(body === '' ? '{}' : body);
  } catch {
    return refuse(response, 400, 'InvalidRequestContentException', 'The event is not JSON.');
  }
  response.writeHead(202, { 'content-length': 0 }).end();
  invoke(event, String(request.headers['x-amzn-trace-id'] ?? ''));
}

function refuse(response: ServerResponse, status: number, type: string, Message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
    .end(JSON.stringify({ Type: 'User', Message }));
}
