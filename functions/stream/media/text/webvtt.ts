import { type Cue, MAX_CUES, type ParsedText, tooManyCues } from './cue.ts';
import { linesOf } from './lines.ts';
import { parseTimingLine } from './timing-line.ts';
import { validSettings } from './webvtt-settings.ts';
import { webvttCueText } from './webvtt-text.ts';

/**
 * Reads WebVTT (W3C WebVTT §6.1): the cues, without their names and whatever else the file has (notes, styles,
 * regions). Throws `too-large`.
 */
export function parseWebVtt(text: string): ParsedText {
  const lines = linesOf(text);
  const cues: Cue[] = [];
  let skipped = 0;
  for (let i = 1; i < lines.length; i++) {
    if (isComment(lines[i]) && lines[i - 1] === '') {
      while (i + 1 < lines.length && lines[i + 1] !== '') i++;
      continue;
    }
    const timing = parseTimingLine(lines[i] ?? '');
    if (timing === null) continue;
    if (cues.length + skipped === MAX_CUES) throw tooManyCues();
    if (timing === 'broken' || timing.endSeconds < timing.startSeconds) {
      skipped++;
      continue;
    }
    let end = i + 1;
    while (end < lines.length && lines[end] !== '' && !lines[end]?.includes('-->')) end++;
    const { startSeconds, endSeconds, rest } = timing;
    const body = webvttCueText(lines.slice(i + 1, end));
    cues.push({ startSeconds, endSeconds, text: body, settings: validSettings(rest) });
    i = end - 1;
  }
  return { cues, skipped };
}

function isComment(line: string | undefined): boolean {
  return line !== undefined && /^NOTE(?:[ \t]|$)/.test(line);
}

/**
 * Writes cues in the one form that all players show in time: without names, with absolute times.
 *
 * `mediaSeconds` is for HLS: what the clock of the media shows at the zero of the cues; null for other files.
 */
export function writeWebVtt(cues: readonly Cue[], { mediaSeconds }: { mediaSeconds: number | null }): string {
  const map =
    mediaSeconds === null
      ? ''
      : `X-TIMESTAMP-MAP=MPEGTS:${Math.round(mediaSeconds * 90_000)},LOCAL:00:00:00.000\n`;
  const header = `WEBVTT\n${map}`;
  return header + cues.map(writeCue).join('');
}

function writeCue({ startSeconds, endSeconds, text, settings }: Cue): string {
  const start = Math.max(0, Math.round(startSeconds * 1000));
  // A cue that begins and ends at once is shown by nobody.
  const end = Math.max(start + 1, Math.round(endSeconds * 1000));
  const times = `${writeTime(start)} --> ${writeTime(end)}`;
  return `\n${settings === '' ? times : `${times} ${settings}`}\n${text}\n`;
}

/** `milliseconds` is a whole number; hours have two digits or more. */
function writeTime(milliseconds: number): string {
  const digits = (value: number, length = 2) => String(value).padStart(length, '0');
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${digits(hours)}:${digits(minutes)}:${digits(seconds % 60)}.${digits(milliseconds % 1000, 3)}`;
}
