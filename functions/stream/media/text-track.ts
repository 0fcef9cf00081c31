import { setImmediate as nextTurn } from 'node:timers/promises';
import { damaged, unsupported } from '../base/problem.ts';
import type { RandomAccess } from '../source/bytes.ts';
import { readMatroskaHead } from './demux/matroska.ts';
import { readIndexedText } from './demux/matroska-text.ts';
import { scanText } from './demux/scan-text.ts';
import { readMovieText } from './isobmff/movie-text.ts';
import type { Media, SubtitleTrack } from './model/media.ts';
import { subtitleCodec, type TextCoding } from './model/subtitle-codecs.ts';
import type { TextBlock } from './model/text-block.ts';
import type { Probed } from './probe/probe.ts';
import { joinScript } from './text/ass-script.ts';
import { blockReader } from './text/block.ts';
import {
  type Cue,
  MOST_TEXT_MILLISECONDS,
  type ParsedText,
  refuseLongText,
  textTooComplex,
} from './text/cue.ts';

export type TextTrackInput = {
  readonly probed: Probed;
  readonly track: SubtitleTrack;
  /** For places here and there: the bytes asked for and no others are read. */
  readonly sparse: RandomAccess;
  /** Opens the whole file, from its first byte on. */
  readonly whole: () => Promise<AsyncIterable<Uint8Array>>;
};

/**
 * Reads the cues of a subtitle track, in seconds of the file's timeline, by the file's index where it has one and
 * otherwise by reading all of it once. Throws `unsupported-media` for a track without text, `too-large` for one with too
 * many cues.
 */
export async function readTextTrack(input: TextTrackInput): Promise<ParsedText> {
  const { probed, track } = input;
  const codec = subtitleCodec(track.codec);
  if ('whyNot' in codec) throw unsupported(`Track ${track.index} cannot be shown: ${codec.whyNot}.`);
  const { blocks, header } = await readBlocks(input, codec.coding);
  const read = await blockReader(codec.coding, header);
  const cues: Cue[] = [];
  let skipped = 0;
  const end = performance.now() + MOST_TEXT_MILLISECONDS;
  for (const [i, block] of blocks.entries()) {
    const parsed = await read({ ...block, endSeconds: endOf(block, blocks[i + 1]) });
    for (const cue of parsed.cues) cues.push(cue);
    skipped += parsed.skipped;
    refuseLongText(cues.length, 0);
    if (performance.now() > end) throw textTooComplex();
    // Others wait as well, such as the timer of the deadline.
    if (i % BLOCKS_AT_ONCE === 0) await nextTurn();
  }
  const origin = originOf(probed.media);
  return {
    cues: cues.map((cue) => ({
      ...cue,
      startSeconds: cue.startSeconds - origin,
      endSeconds: cue.endSeconds - origin,
    })),
    skipped,
  };
}

/**
 * Reads a track of ASS or SSA as a script, with all its styles, on the file's timeline; null for other tracks. Throws as
 * `readTextTrack` does.
 */
export async function readScriptTrack(input: TextTrackInput): Promise<string | null> {
  const { probed, track } = input;
  const codec = subtitleCodec(track.codec);
  if (!('coding' in codec) || codec.coding !== 'ass') return null;
  const { blocks, header } = await readBlocks(input, codec.coding);
  const origin = originOf(probed.media);
  const timed = blocks.map((block, i) => ({
    data: block.data,
    startSeconds: block.startSeconds - origin,
    endSeconds: endOf(block, blocks[i + 1]) - origin,
  }));
  return joinScript(header ?? '', timed);
}

/** Without a duration, a cue stays until the next one. */
function endOf({ startSeconds, endSeconds }: TextBlock, next: TextBlock | undefined): number {
  return endSeconds ?? next?.startSeconds ?? startSeconds + LAST_SECONDS;
}

const BLOCKS_AT_ONCE = 100;

/** How long a last cue without a duration is shown. */
const LAST_SECONDS = 5;

/** A movie's times are those of its presentation already. */
function originOf({ layout, originSeconds }: Media): number {
  return layout === null ? originSeconds : 0;
}

type Blocks = { readonly blocks: readonly TextBlock[]; readonly header: string | null };

async function readBlocks(
  { probed, track, sparse, whole }: TextTrackInput,
  coding: TextCoding,
): Promise<Blocks> {
  if (probed.movie !== null) {
    return { blocks: await readMovieText(probed.movie, sparse, track.index), header: null };
  }
  const head = await readMatroskaHead(sparse);
  const entry = head?.tracks.find(({ index }) => index === track.index);
  if (entry === undefined) throw damaged(`Track ${track.index} of the file cannot be read.`);
  if (entry.isCompressed) throw unsupported(`Track ${track.index} is compressed, which is not read.`);
  const header = coding === 'ass' ? Buffer.from(entry.codecPrivate ?? []).toString() : null;
  const indexed = await readIndexedText(sparse, entry.number);
  if (indexed !== null) return { blocks: indexed, header };
  const blocks: TextBlock[] = [];
  let bytes = 0;
  for await (const block of scanText(await whole(), entry.number)) {
    blocks.push(block);
    bytes += block.data.length;
    refuseLongText(blocks.length, bytes);
  }
  return { blocks, header };
}
