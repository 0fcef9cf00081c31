import { roundedSeconds } from '../base/rounded-seconds.ts';
import type { TimedChapter } from '../media/read-chapters.ts';
import { escapeText } from '../media/text/markup.ts';
import { writeWebVtt } from '../media/text/webvtt.ts';

/** Beside the multivariant playlist. */
export const CHAPTERS_ADDRESS = 'chapters.json';

/** Writes chapters as a WebVTT file for `<track kind="chapters">`. */
export function chaptersVtt(chapters: readonly TimedChapter[]): string {
  const cues = chapters.map(({ startSeconds, endSeconds, title }, i) => ({
    ...{ startSeconds, endSeconds, settings: '' },
    text: escapeText(nameOf(title, i)),
  }));
  return writeWebVtt(cues, { mediaSeconds: null });
}

/** Writes them as JSON in Apple's form (`com.apple.hls.chapters`), each with its duration, without which it has none. */
export function chaptersJson(chapters: readonly TimedChapter[]): string {
  return JSON.stringify(
    chapters.map(({ startSeconds, endSeconds, title }, i) => ({
      chapter: i + 1,
      'start-time': roundedSeconds(startSeconds),
      duration: roundedSeconds(endSeconds - startSeconds),
      titles: [{ language: 'und', title: nameOf(title, i) }],
    })),
  );
}

/** Names the JSON in a multivariant playlist (RFC 8216 §4.3.4.4). */
export const chaptersLine = (query: string) =>
  `#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="${CHAPTERS_ADDRESS}${query}"`;

function nameOf(title: string, index: number): string {
  const shown = title.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
  return shown === '' ? `Chapter ${index + 1}` : shown;
}
