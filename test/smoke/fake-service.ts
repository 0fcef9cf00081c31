import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answers, type Ask, correctAnswers, idOf, type Reply } from './fake-answers.ts';
import { fragmentedFilm } from './fragmented-film.ts';

/** What a service does wrong, depending on the request, on the correct answer, or on both. */
export type Fault = (ask: Ask, correct: Answers) => Reply;

/** Faults, each with the check that must fail for it and what that check must say. */
export type Faults = readonly (readonly [
  check: string,
  fault: string,
  says: RegExp,
  Fault,
  /** So that the test does not wait as long as a person would. */
  waits?: 'in vain',
])[];

export type FakeService = {
  readonly origin: string;
  /** From now on; null for none. */
  commit(fault: Fault | null): void;
  close(): Promise<void>;
};

/** A service on 127.0.0.1 without faults until it is told to commit one. */
export async function startFakeService(): Promise<FakeService> {
  const film = await fragmentedFilm();
  let correct: Answers = () => ({
    status: 500,
    headers: [],
    chunks: [],
    pauseMilliseconds: 0,
    end: 'broken',
  });
  let fault: Fault | null = null;
  let ordinal = 0;
  const underWay = new Set<ServerResponse>();
  let viewersLeft = 0;
  const server = createServer((request, response) => {
    const ask = { ...readRequest(request), ordinal: ++ordinal, beside: underWay.size, viewersLeft };
    underWay.add(response);
    response.once('finish', () => underWay.delete(response));
    response.once('close', () => {
      underWay.delete(response);
      if (!response.writableFinished) viewersLeft += 1;
    });
    void send(request, response, fault === null ? correct(ask) : fault(ask, correct), idOf(ask));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  correct = correctAnswers(film, `${origin}/store`);
  return {
    origin,
    commit(next) {
      fault = next;
      viewersLeft = 0;
      underWay.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readRequest({ method = '', url = '', headers }: IncomingMessage) {
  const strings = Object.entries(headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { method, target: url, headers: Object.fromEntries(strings) };
}

async function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers, chunks, pauseMilliseconds, end }: Reply,
  requestId: string,
): Promise<void> {
  if (status === 0) return end === 'held' ? undefined : void response.destroy();
  const hasBody = ![204, 304].includes(status);
  // A Function URL has chunks even if a body is only described.
  const own = [['x-request-id', requestId], ...(hasBody ? [['transfer-encoding', 'chunked']] : [])];
  response.writeHead(status, [...own, ...headers].flat());
  response.flushHeaders();
  if (method !== 'HEAD' && hasBody) {
    for (const chunk of chunks) {
      if (pauseMilliseconds > 0) await delay(pauseMilliseconds);
      if (chunk.length > 0) await new Promise((resolve) => response.write(chunk, resolve));
    }
  }
  if (end === 'proper') response.end();
  if (end === 'broken') response.destroy();
}
