import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackHost } from './loopback-host.ts';

export type Origins = {
  /** Whose pages may read answers. */
  readonly allowedOrigins: readonly string[];
  /** Whose pages may frame players. */
  readonly embedOrigins: readonly string[];
};

const EMBED = /^(?:\/~[^/]*)?\/embed\//;

/**
 * Returns whether a browser sends this request for a page of another site (Fetch Metadata, `Sec-Fetch-Site`), which
 * must not make this machine work. Pages of this machine, whatever their port and name, and of allowed origins are
 * no strangers; nor is a link to the page at `/`. Programs that are no browsers say nothing about sites.
 */
export function isOfStrangers(
  headers: IncomingHttpHeaders,
  path: string,
  { allowedOrigins, embedOrigins }: Origins,
): boolean {
  if (headers['sec-fetch-site'] !== 'cross-site') return false;
  const isFrame = headers['sec-fetch-dest'] === 'iframe' && EMBED.test(path);
  const origins = isFrame ? embedOrigins : allowedOrigins;
  if (origins.includes('*')) return false;
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (isLink && path === '/') return false;
  const page = pageOf(headers);
  return page === null || !(isLoopbackHost(page.host) || origins.includes(page.origin));
}

/** A plain element of a page (`<video src>`) sends no Origin, but the origin of its page as Referer. */
function pageOf({ origin, referer }: IncomingHttpHeaders): URL | null {
  const said = origin ?? referer ?? '';
  return URL.canParse(said) ? new URL(said) : null;
}
