import { type Cue, MAX_TEXT_BYTES, type ParsedText, refuseLongText, textTooLong } from './cue.ts';

/** Formats of text files, and the extensions of their names. */
export const TEXT_FORMATS = {
  srt: { extensions: ['srt'] },
  webvtt: { extensions: ['vtt', 'webvtt'] },
  ass: { extensions: ['ass', 'ssa'] },
  ttml: { extensions: ['ttml', 'dfxp'] },
} as const satisfies Record<string, { readonly extensions: readonly string[] }>;

export type TextFormat = keyof typeof TEXT_FORMATS;

/**
 * Reads a whole file: its cues by start time, those that begin together in their order, and none that is never
 * shown. Some files have another format than their name says; their beginning counts. Throws `too-large`.
 */
export async function parseText(bytes: Uint8Array, format: TextFormat): Promise<ParsedText> {
  if (bytes.length > MAX_TEXT_BYTES) throw textTooLong();
  const { decodeText } = await import('./charset.ts');
  const text = decodeText(bytes);
  const { cues, skipped } = await parseAs(text, formatOf(text, format));
  return { cues: shownCues(cues), skipped };
}

/** Returns a file of ASS or SSA as its own script, with all that libass needs; null for another format. Throws `too-large`. */
export async function scriptOf(bytes: Uint8Array, format: TextFormat): Promise<string | null> {
  refuseLongText(0, bytes.length);
  const { decodeText } = await import('./charset.ts');
  const text = decodeText(bytes);
  if (formatOf(text, format) !== 'ass') return null;
  refuseLongText(text.match(/^[ \t]*Dialogue\s{0,9}:/gim)?.length ?? 0, 0);
  return (await import('./ass-script.ts')).withStyles(text);
}

async function parseAs(text: string, format: TextFormat): Promise<ParsedText> {
  switch (format) {
    case 'srt':
      return (await import('./srt.ts')).parseSrt(text);
    case 'webvtt':
      return (await import('./webvtt.ts')).parseWebVtt(text);
    case 'ass':
      return (await import('./ass.ts')).parseAss(text);
    case 'ttml':
      return (await import('./ttml.ts')).parseTtml(text);
    default:
      return format satisfies never;
  }
}

function formatOf(text: string, format: TextFormat): TextFormat {
  const beginning = text.slice(0, 1_000).trimStart();
  if (/^WEBVTT(?:[ \t\r\n]|$)/.test(beginning)) return 'webvtt';
  if (/^\[Script Info\]/i.test(beginning)) return 'ass';
  if (/^<\?xml|^<(?:\w{1,20}:)?tt[\s>]/.test(beginning)) return 'ttml';
  return format === 'webvtt' ? 'srt' : format;
}

function shownCues(cues: readonly Cue[]): Cue[] {
  return cues
    .filter(({ startSeconds, endSeconds, text }) => endSeconds > Math.max(0, startSeconds) && text !== '')
    .filter(({ startSeconds }) => startSeconds < LAST_SECONDS)
    .map((cue) => ({
      ...cue,
      startSeconds: Math.max(0, cue.startSeconds),
      endSeconds: Math.min(LAST_SECONDS, cue.endSeconds),
    }))
    .sort((a, b) => a.startSeconds - b.startSeconds);
}

/** No film is longer; a number far beyond is written in another form. */
const LAST_SECONDS = 100_000 * 3_600;
