import type { ServerResponse } from 'node:http';

/** Refuses a request as the platform does, before the function sees it or in its place. */
export function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  more: Record<string, string> = {},
): void {
  // The rest of the upload is not read, so the connection cannot carry another request.
  if (!response.req.complete) {
    response.setHeader('connection', 'close');
    response.req.resume();
  }
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ...more, message }));
}

export function throttle(response: ServerResponse, maxInstances: number): void {
  const sentence =
    maxInstances === 1 ? 'the only instance is busy' : `all ${maxInstances} instances are busy`;
  refuse(response, 429, `Rate exceeded: ${sentence}. Try again in a moment.`, {
    Type: 'User',
    Reason: 'ConcurrentInvocationLimitExceeded',
  });
}

export function timeOut(response: ServerResponse, timeoutSeconds: number): void {
  refuse(response, 504, `The function did not answer within ${timeoutSeconds} seconds.`);
}
