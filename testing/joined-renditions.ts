import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readMaster, readMedia } from './playlists.ts';

/** An HLS rendition as one file: its init segment and all of its segments, in order. */
export type JoinedRendition = {
  readonly uri: string;
  readonly path: string;
  readonly segments: number;
  readonly plannedSeconds: number;
};

/** As many as there are cores. */
const AT_ONCE = 2;

/**
 * Yields all renditions of the film `name`, one after the other, each written over the one before in
 * `folder`.
 */
export async function* joinedRenditions(
  origin: string,
  name: string,
  folder: string,
): AsyncGenerator<JoinedRendition, void, void> {
  const at = `${origin}/hls/${encodeURIComponent(name)}/`;
  const { variants } = readMaster((await bytes(`${at}master.m3u8`)).toString());
  const films = variants.filter(({ isIFrameOnly }) => !isIFrameOnly).map(({ uri }) => uri);
  const audios = variants.flatMap(({ audio }) => audio.map(({ uri }) => uri ?? ''));
  const path = join(folder, 'whole.mp4');
  for (const uri of new Set([...films, ...audios])) yield joinedRendition(at + uri, uri, path);
}

/** Writes one rendition to `path`, by the address of its playlist. */
export async function joinedRendition(address: string, uri: string, path: string): Promise<JoinedRendition> {
  const under = address.slice(0, address.lastIndexOf('/') + 1);
  const { segments } = readMedia((await bytes(address)).toString());
  const addresses = [segments[0]?.map.uri, ...segments.map((segment) => segment.uri)];
  const file = await open(path, 'w');
  try {
    for (let i = 0; i < addresses.length; i += AT_ONCE) {
      const next = addresses.slice(i, i + AT_ONCE);
      const parts = await Promise.all(next.map((address) => bytes(`${under}${address}`)));
      await file.writev(parts);
    }
  } finally {
    await file.close();
  }
  const plannedSeconds = segments.reduce((sum, { duration }) => sum + duration, 0);
  return { uri, path, segments: segments.length, plannedSeconds };
}

async function bytes(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(response.status, url).to.equal(200);
  return Buffer.from(await response.arrayBuffer());
}
