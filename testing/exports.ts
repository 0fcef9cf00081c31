import type { Service } from './service.ts';

export type SeenEvent = {
  readonly id: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the service says is looked at by the tests
  readonly data: Readonly<Record<string, any>>;
};

/** Reads one answer of an export to its end, or until `enough`; throws for anything but server-sent events. */
export async function readEvents(
  url: string,
  {
    lastEventId,
    enough = () => false,
  }: { readonly lastEventId?: string; readonly enough?: (event: SeenEvent) => boolean } = {},
): Promise<SeenEvent[]> {
  const headers = { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const seen: SeenEvent[] = [];
  let text = '';
  const chunks = response.body?.getReader();
  reading: for (;;) {
    const { value: chunk, done } = (await chunks?.read()) ?? { value: undefined, done: true };
    if (done || chunk === undefined) break;
    text = (text + Buffer.from(chunk).toString('utf8')).replaceAll('\r', '\n');
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event === null) continue;
      seen.push(event);
      if (!enough(event)) continue;
      // The connection is cut, not ended; the loop's own end would wait for the missing bytes.
      stop.abort();
      break reading;
    }
  }
  return seen;
}

function parseBlock(block: string): SeenEvent | null {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  if (data === undefined) return null;
  return { id: field('id') ?? '', name: field('event') ?? 'message', data: JSON.parse(data) };
}

/** Follows an export like EventSource, from the last seen event to its end, and fetches the output. */
export async function exportOf(service: Service, address: string, seen: readonly SeenEvent[] = []) {
  const events: SeenEvent[] = [...seen];
  let reconnects = -1;
  while (!['done', 'failed'].includes(events.at(-1)?.name ?? '')) {
    const lastEventId = events.at(-1)?.id ?? '';
    events.push(...(await readEvents(`${service.url}${address}`, { lastEventId })));
    reconnects++;
  }
  const result: string | undefined = events.at(-1)?.data.address;
  const file =
    result === undefined
      ? Buffer.alloc(0)
      : Buffer.from(await (await fetch(`${service.url}${result}`)).arrayBuffer());
  return { events, reconnects, file, address: result };
}
