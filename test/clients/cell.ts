import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startFaultProxy } from '../../testing/fault-proxy.ts';
import type { Address, Kind } from './addresses.ts';
import type { Client, Fault, Seen, Visit } from './client.ts';
import type { Film } from './films.ts';
import type { Services } from './services.ts';

/** What a browser asks for to have a page at all. */
const OF_PAGES = ['/health', '/favicon.ico'];

export type Counted = {
  readonly firstMs: number | null;
  readonly tookMs: number;
  readonly requests: number;
  readonly bytes: number;
  readonly events: readonly string[];
};

/** What became of one client at one address with one film. */
export type Cell = { readonly client: string; readonly address: string; readonly film: string } & (
  | { readonly kind: 'none'; readonly why: string }
  /** `once` is what went wrong when it was looked at first. */
  | ({ readonly kind: 'right'; readonly once: Fault | null } & Counted)
  /** It fails at the same step with ffmpeg’s own output. */
  | ({ readonly kind: 'own fault'; readonly proof: string } & Fault & Counted)
  | ({ readonly kind: 'ours' } & Fault & Counted)
);

export async function visitCell(
  services: Services,
  client: Client,
  address: Address,
  film: Film,
): Promise<Cell> {
  const names = { client: client.name, address: address.name, film: film.name };
  const kind = address.kinds.find((each) => client.kinds.includes(each));
  const why =
    address.without(film) ?? (kind === undefined ? `does not read it` : (client.refuses?.(address) ?? null));
  if (why !== null || kind === undefined) return { ...names, kind: 'none', why: why ?? '' };

  const began = performance.now();
  const look = async () => {
    const seen = await visited(services, client, address, kind, film);
    return { ...seen, tookMs: performance.now() - began };
  };
  const { fault, ...counted } = await look();
  if (fault === null) return { ...names, kind: 'right', ...counted, once: null };
  const control = (await controlled(services, client, address, kind, film)).fault;
  if (control?.step === fault.step) {
    return { ...names, kind: 'own fault', ...fault, proof: control.what, ...counted };
  }
  // What goes wrong once on a busy machine is looked at again, and told; a fault comes back.
  const { fault: again, ...countedAgain } = await look();
  if (again === null) return { ...names, kind: 'right', ...countedAgain, once: fault };
  return { ...names, kind: 'ours', ...again, ...countedAgain };
}

/** The same client with ffmpeg’s own output. */
function controlled(
  services: Services,
  client: Client,
  address: Address,
  kind: Kind,
  film: Film,
): Promise<Seen> {
  return inFolder(services, async (folder) => {
    const visit = await visitOf(services, address, kind, film, folder);
    const url = await services.controls.urlOf(address, kind, visit);
    // There is one variant alone.
    return client.visit({ ...visit, url, variant: 0, height: null });
  });
}

function visited(
  services: Services,
  client: Client,
  address: Address,
  kind: Kind,
  film: Film,
): Promise<Seen & Omit<Counted, 'tookMs'>> {
  return inFolder(services, async (folder) => {
    const proxy = await startFaultProxy(services.originOf(address));
    try {
      const visit = await visitOf(services, address, kind, film, folder);
      const seen = await client.visit({
        ...visit,
        url: proxy.endpoint + services.pathOf(address, kind, film),
      });
      const asked = proxy.heads.filter(({ path }) => !OF_PAGES.includes(path));
      return { ...seen, requests: asked.length, bytes: proxy.bodyBytes() };
    } finally {
      await proxy.close();
    }
  });
}

async function visitOf(
  services: Services,
  address: Address,
  kind: Kind,
  film: Film,
  folder: string,
): Promise<Visit> {
  const isStream = address.name.startsWith('stream');
  const isOriginal = kind === 'progressive' && (address.name === 'media' || address.name === 'signed');
  const heights = kind === 'progressive' || film.height === null ? [] : await services.heightsOf(film);
  const height = (address.rendition === 'encoded' ? heights.at(-1) : film.height) ?? null;
  return {
    url: '',
    kind,
    film,
    seconds: isStream ? film.stream.seconds : film.seconds,
    frames: isStream ? film.stream.frames : film.frames,
    height: kind === 'progressive' ? null : height,
    rendition: address.rendition,
    variant: height === null ? 0 : Math.max(0, heights.indexOf(height)),
    seeks: address.seeks,
    original: isOriginal ? services.fileOf(film) : null,
    folder,
  };
}

async function inFolder<T>({ root }: Services, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(root, 'visit-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
