import { ALL_FORMATS, Input, type MetadataTags } from 'mediabunny';
import type { RandomAccess } from '../../source/bytes.ts';
import { R128_NAMES, R128_OFFSET, REPLAY_GAIN_NAMES, type ReplayGain, type Tags } from '../model/tags.ts';
import { boundedReads, uncached } from './demuxers.ts';

/** Covers have some megabytes, and stand in the metadata at either end of a file. */
const TAG_BYTES = 32 * 2 ** 20;

/** The tags of a song, of whose cover art only the existence is told. */
export type FoundTags = Omit<Tags, 'cover'> & { readonly hasCover: boolean };

/** Tells whether the metadata of a song has an image; false if they cannot be read. */
export async function hasCoverArt(file: RandomAccess, signal: AbortSignal): Promise<boolean> {
  const { images = [] } = await metadataOf(file, signal);
  return images.length > 0;
}

/**
 * Reads the names and ReplayGain of a song; null for each that it has not, or that cannot be read. `more` has values that
 * the demuxer leaves out, by their names.
 */
export async function readTags(
  file: RandomAccess,
  signal: AbortSignal,
  more: ReadonlyMap<string, string>,
): Promise<FoundTags> {
  const { title, artist, album, images = [], raw = {} } = await metadataOf(file, signal);
  return {
    title: cleanText(title),
    artist: cleanText(artist),
    album: cleanText(album),
    replayGain: replayGainOf(raw, more),
    hasCover: images.length > 0,
  };
}

async function metadataOf(file: RandomAccess, signal: AbortSignal): Promise<MetadataTags> {
  const reads = boundedReads({ file, signal });
  reads.limit(TAG_BYTES);
  const input = new Input({ formats: ALL_FORMATS, source: uncached(file, reads) });
  try {
    return await input.getMetadataTags();
  } catch {
    signal.throwIfAborted();
    return {};
  } finally {
    input.dispose();
  }
}

/** Longer names are cut: no player shows them. */
const MOST_CHARACTERS = 1_000;

/** Returns one line without characters that control a terminal or a parser; null for nothing. */
export function cleanText(text: string | undefined): string | null {
  const line = (text ?? '')
    .slice(0, 4 * MOST_CHARACTERS)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  const cut = [...line].slice(0, MOST_CHARACTERS).join('');
  return cut === '' ? null : cut;
}

function replayGainOf(raw: Readonly<Record<string, unknown>>, more: ReadonlyMap<string, string>): ReplayGain {
  const texts = new Map<string, string>();
  // Frames of ID3 for names that it does not define have a folder of their own.
  for (const entries of [raw.TXXX, raw, Object.fromEntries(more)]) {
    if (typeof entries !== 'object' || entries === null) continue;
    for (const [name, value] of Object.entries(entries)) {
      if (typeof value === 'string') texts.set(name.toUpperCase(), value.slice(0, 40));
    }
  }
  const number = (name: string, pattern: RegExp) => {
    const value = Number(pattern.exec(texts.get(name) ?? '')?.[1] ?? Number.NaN);
    return Number.isFinite(value) ? value : null;
  };
  const gain = (key: 'trackGain' | 'albumGain') => {
    const opus = number(R128_NAMES[key], /^\s*([+-]?\d{1,5})\s*$/);
    return number(REPLAY_GAIN_NAMES[key], GAIN) ?? (opus === null ? null : opus / 256 + R128_OFFSET);
  };
  return {
    trackGain: gain('trackGain'),
    trackPeak: number(REPLAY_GAIN_NAMES.trackPeak, PEAK),
    albumGain: gain('albumGain'),
    albumPeak: number(REPLAY_GAIN_NAMES.albumPeak, PEAK),
  };
}

const GAIN = /^\s*([+-]?\d{1,2}(?:\.\d{1,6})?)\s*(?:dB)?\s*$/i;
const PEAK = /^\s*(\d{1,2}(?:\.\d{1,12})?)\s*$/;
