import type { TextCoding } from '../model/subtitle-codecs.ts';
import type { TextBlock } from '../model/text-block.ts';
import type { CueText } from './ass.ts';
import type { ParsedText } from './cue.ts';
import { parseText } from './formats.ts';
import { linesOf } from './lines.ts';
import { srtCueText } from './srt.ts';
import { validSettings } from './webvtt-settings.ts';
import { webvttCueText } from './webvtt-text.ts';

const BROKEN: ParsedText = { cues: [], skipped: 1 };

export type TimedBlock = TextBlock & { readonly endSeconds: number };

/**
 * Returns a reader of the blocks of one subtitle track: the cues that a block shows; a broken one is counted and left
 * out. `header` is the script header of an ASS track, null for other codings.
 */
export async function blockReader(
  coding: TextCoding,
  header: string | null,
): Promise<(block: TimedBlock) => Promise<ParsedText>> {
  const ass = coding === 'ass' ? (await import('./ass.ts')).assBlocks(header ?? '') : null;
  return async (block) => {
    const { startSeconds, endSeconds, data, addition } = block;
    if (coding === 'stpp') return withinSample(await parseText(data, 'ttml'), block);
    const parts = ass === null ? partsOf(coding, data, addition) : [ass(utf8(data))];
    const shown = parts?.filter(({ text }) => text !== '') ?? null;
    if (shown === null || (shown.length > 0 && !(endSeconds > startSeconds))) return BROKEN;
    return { cues: shown.map((part) => ({ ...part, startSeconds, endSeconds })), skipped: 0 };
  };
}

/** Returns null for a broken block. */
function partsOf(
  coding: Exclude<TextCoding, 'stpp'>,
  data: Uint8Array,
  addition: Uint8Array | null,
): readonly CueText[] | null {
  switch (coding) {
    case 'srt':
      return [srtCueText(utf8(data))];
    case 'webvtt':
      return [{ text: webvttCueText(linesOf(utf8(data))), settings: settingsIn(addition) }];
    case 'webvtt-block': {
      const [, settings = '', ...lines] = linesOf(utf8(data));
      return [{ text: webvttCueText(lines), settings: validSettings(settings) }];
    }
    case 'tx3g': {
      const text = timedText(data);
      return text === null ? null : [srtCueText(text)];
    }
    case 'wvtt':
      return boxedCues(data);
    case 'ass':
      return null;
    default:
      return coding satisfies never;
  }
}

/** Settings, name and notes of a cue stand below each other (the mapping of S_TEXT/WEBVTT into Matroska). */
function settingsIn(addition: Uint8Array | null): string {
  const [settings = ''] = addition === null ? [] : linesOf(utf8(addition));
  return validSettings(settings);
}

function utf8(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

/** Reads a sample of 3GPP timed text (TS 26.245 §5.17): a length, the text, and boxes of style that are left out. */
export function timedText(data: Uint8Array): string | null {
  const length = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  if (data.length < 2 + length) return null;
  const bytes = data.subarray(2, 2 + length);
  const isUtf16 = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe);
  return isUtf16 ? new TextDecoder(bytes[0] === 0xfe ? 'utf-16be' : 'utf-16le').decode(bytes) : utf8(bytes);
}

/** Reads a sample of WebVTT in ISO base media (ISO/IEC 14496-30 §7): boxes `vttc` of a cue, `vtte` of none. */
function boxedCues(data: Uint8Array): readonly CueText[] {
  const cues: CueText[] = [];
  for (const { type, start, end } of boxes(data, 0, data.length)) {
    if (type !== 'vttc') continue;
    const parts = new Map([...boxes(data, start, end)].map((box) => [box.type, box]));
    const part = (name: string) => {
      const box = parts.get(name);
      return box === undefined ? '' : utf8(data.subarray(box.start, box.end));
    };
    cues.push({ text: webvttCueText(linesOf(part('payl'))), settings: validSettings(part('sttg')) });
  }
  return cues;
}

function* boxes(data: Uint8Array, from: number, to: number) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = from; at + 8 <= to; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > to) return;
    yield {
      type: Buffer.from(data.subarray(at + 4, at + 8)).toString('latin1'),
      start: at + 8,
      end: at + size,
    };
    at += size;
  }
}

/** Each sample of TTML is a document, whose times are those of the track: its cues are shown within the sample. */
function withinSample({ cues, skipped }: ParsedText, { startSeconds, endSeconds }: TimedBlock): ParsedText {
  const shown = cues.map((cue) => ({
    ...cue,
    startSeconds: Math.max(startSeconds, cue.startSeconds),
    endSeconds: Math.min(endSeconds, cue.endSeconds),
  }));
  return { cues: shown.filter((cue) => cue.endSeconds > cue.startSeconds), skipped };
}
