import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEverything } from './hooks.ts';

export type FakeAws = {
  readonly url: string;
  /** Requests in order: the operation and its input. */
  readonly asked: { readonly operation: string; readonly input: unknown }[];
  /** The answer from now on. */
  answer: { readonly status: number; readonly body: object };
  close(): Promise<void>;
};

/**
 * Starts an AWS service of the JSON protocol (SSM, Secrets Manager) that gives one answer to every request.
 */
export async function startFakeAws(): Promise<FakeAws> {
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']);
    fake.asked.push({ operation, input: await json(request) });
    const { status, body } = fake.answer;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeAws = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: { status: 500, body: {} },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
  afterEverything(fake.close);
  return fake;
}
