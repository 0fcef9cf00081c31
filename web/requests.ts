import type { MediaList } from '../functions/stream/answer/media-list.ts';
import type { UploadForm } from '../functions/stream/answer/upload-form.ts';
import type { ProblemBody } from '../functions/stream/base/problem-body.ts';
import type { ObjectInfo } from '../functions/stream/plan/object-info.ts';
import { pathOf } from './address.ts';

/** What the page shows of a problem. */
export type Complaint = Pick<ProblemBody, 'title' | 'detail'> & { readonly requestId?: string | undefined };

/** The server answers with a refusal. */
export class Refusal extends Error {
  readonly status: number;
  readonly complaint: Complaint;

  constructor(status: number, complaint: Complaint) {
    super(complaint.detail);
    this.name = 'Refusal';
    this.status = status;
    this.complaint = complaint;
  }
}

/**
 * The platform in front of the function sends `message` (429, 502), the function itself the members of RFC
 * 9457.
 */
type SaidOfIt = Partial<ProblemBody & { readonly message: string; readonly requestId: string }>;

export const HEADERS_WITHIN_MS = 15_000;

/** Fetches the media after a key, or from the beginning. Throws a `Refusal`. */
export async function fetchList(after: string | null): Promise<MediaList> {
  const { pathname } = location;
  const response = await fetchJson(
    after === null ? pathname : `${pathname}?after=${encodeURIComponent(after)}`,
    null,
  );
  return response.json();
}

/** Fetches the facts about a file. Throws a `Refusal`. */
export async function fetchInfo(key: string, signal: AbortSignal): Promise<ObjectInfo> {
  const response = await fetchJson(pathOf('info', key), signal);
  return response.json();
}

/** Fetches the key of a film that is sent encrypted, as a license of Clear Key. Throws a `Refusal`. */
export async function fetchLicense(key: string): Promise<ArrayBuffer> {
  const response = await fetchJson(pathOf('contentKeyLicense', key), null);
  return response.arrayBuffer();
}

/** Fetches how a file is added under a key. Throws a `Refusal`. */
export async function fetchUploadForm(key: string): Promise<UploadForm> {
  const response = await fetchJson(pathOf('upload', key), null);
  return response.json();
}

async function fetchJson(address: string, signal: AbortSignal | null): Promise<Response> {
  const response = await fetch(address, {
    headers: { accept: 'application/json' },
    cache: 'no-store',
    signal,
  });
  if (!response.ok) throw await refusalIn(response);
  return response;
}

/** Returns the headers of an address, without starting its work; throws a `Refusal` if it is refused. */
export async function headersOf(address: string, signal: AbortSignal): Promise<Headers> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(HEADERS_WITHIN_MS)]);
  const response = await fetch(address, { method: 'HEAD', signal: patience });
  if (response.ok) return response.headers;
  // HEAD has no body, so the sentence needs another request.
  throw (await refusalOf(address, signal)) ?? (await refusalIn(response));
}

/** Returns the server's refusal of an address; null if it answers with media, or redirects to the store. */
export async function refusalOf(address: string, signal: AbortSignal): Promise<Refusal | null> {
  const request = new AbortController();
  const response = await fetch(address, {
    headers: { range: 'bytes=0-' }, // As a media element asks.
    redirect: 'manual',
    cache: 'no-store',
    signal: AbortSignal.any([signal, request.signal]),
  });
  const answered = response.ok || response.type === 'opaqueredirect';
  const refusal = answered ? null : await refusalIn(response);
  request.abort();
  return refusal;
}

async function refusalIn(response: Response): Promise<Refusal> {
  const { status, statusText } = response;
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body: SaidOfIt = isJson ? await response.json().catch(() => ({})) : {};
  return new Refusal(body.status ?? status, {
    title: body.title ?? `The server answered ${status}`,
    detail: body.detail ?? body.message ?? statusText,
    requestId: body.requestId,
  });
}
