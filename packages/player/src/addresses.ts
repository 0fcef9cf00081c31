/** What is played, as the attributes of the element say it. */
export type Subject = {
  /** The key of the film or song. */
  readonly src: string;
  /** The origin of the service, with or without a slash at its end. */
  readonly base: string;
  /** The token that opens the key, without `~`; null for a public service. */
  readonly token: string | null;
  /** Seconds of the film; null for its beginning or end. */
  readonly start: string | null;
  readonly end: string | null;
  /** Which text tracks are offered, as the manifest's parameter has it; null for all. */
  readonly subtitles: string | null;
};

export type Addresses = {
  readonly playlist: string;
  readonly poster: string;
  readonly storyboard: string;
};

/** Returns the addresses of a subject. */
export function addressesOf({ src, base, token, start, end, subtitles }: Subject): Addresses {
  const root = base.replace(/\/+$/, '') + prefixOf(token);
  const key = src.split('/').map(encodeURIComponent).join('/');
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ start, end, subtitles })) if (value) query.set(name, value);
  const choice = query.size === 0 ? '' : `?${query}`;
  return {
    playlist: `${root}/hls/${key}/master.m3u8${choice}`,
    poster: `${root}/image/${key}`,
    storyboard: `${root}/storyboard/${key}/index.vtt`,
  };
}

/** Returns an address with another token in the place of the one that it was built with. */
export function withToken(address: string, base: string, token: string | null): string {
  const url = new URL(address);
  if (url.origin !== new URL(base).origin) return address;
  url.pathname = prefixOf(token) + url.pathname.replace(/^\/~[^/]*/, '');
  return url.href;
}

const prefixOf = (token: string | null) => (token === null ? '' : `/~${token}`);
