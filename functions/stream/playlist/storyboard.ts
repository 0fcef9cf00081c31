import { roundedSeconds } from '../base/rounded-seconds.ts';
import { writeWebVtt } from '../media/text/webvtt.ts';
import type { Storyboard } from '../plan/storyboard-plan.ts';
import { wholePlaylist } from './m3u8.ts';
import { element } from './xml.ts';

/** Where sheets are, as indexes beside them name them. */
export type SheetAddresses = {
  /** What follows `?` in each of them. */
  readonly query: string;
  /** What stands before each of them; empty for an address relative to the index. */
  readonly base: string;
};

export const sheetAddress = (index: number | string, { query, base }: SheetAddresses) =>
  `${base}${index}.jpg?${query}`;

/** Writes thumbnails as WebVTT: a cue for each tile, with its place on the sheet as a media fragment. */
export function storyboardVtt(storyboard: Storyboard, addresses: SheetAddresses): string {
  const { tile } = storyboard;
  const cues = tilesOf(storyboard).map(({ start: startSeconds, end: endSeconds, sheet, x, y }) => {
    const place = `#xywh=${x},${y},${tile.width},${tile.height}`;
    return { startSeconds, endSeconds, text: sheetAddress(sheet, addresses) + place, settings: '' };
  });
  return writeWebVtt(cues, { mediaSeconds: null });
}

/**
 * Writes thumbnails as JSON. `url`, `tile_width`, `tile_height` and `tiles` are what players of Mux's
 * storyboards read, if there is one sheet; `sheets` names all of them.
 */
export function storyboardJson(storyboard: Storyboard, addresses: SheetAddresses): string {
  const { tile, columns, rows, intervalSeconds, sheetCount, tileCount, durationSeconds } = storyboard;
  const sheets = Array.from({ length: sheetCount }, (_, index) => sheetAddress(index, addresses));
  return JSON.stringify({
    url: sheets[0],
    tile_width: tile.width,
    tile_height: tile.height,
    duration: durationSeconds,
    tiles: tilesOf(storyboard).map(({ start, x, y, sheet }) => ({
      start,
      x,
      y,
      ...(sheetCount > 1 ? { sheet } : {}),
    })),
    ...{ interval: intervalSeconds, count: tileCount, columns, rows, sheets },
  });
}

/** Writes sheets as an image playlist of HLS. */
export function storyboardPlaylist(storyboard: Storyboard, addresses: SheetAddresses): string {
  const { tile, columns, rows, intervalSeconds, sheetCount, durationSeconds } = storyboard;
  const whole = columns * rows * intervalSeconds;
  const lengths = Array.from({ length: sheetCount }, (_, i) => Math.min(whole, durationSeconds - i * whole));
  return wholePlaylist(Math.ceil(Math.max(...lengths)), [
    '#EXT-X-IMAGES-ONLY',
    ...lengths.flatMap((length, i) => [
      `#EXTINF:${length.toFixed(3)},`,
      `#EXT-X-TILES:RESOLUTION=${tile.width}x${tile.height},LAYOUT=${columns}x${rows},DURATION=${intervalSeconds.toFixed(3)}`,
      sheetAddress(i, addresses),
    ]),
  ]);
}

/** Writes tiles as an I-frame playlist of HLS whose frames are JPEG images. */
export function storyboardFrames(storyboard: Storyboard, { query, base }: SheetAddresses): string {
  const { intervalSeconds, tileCount, durationSeconds } = storyboard;
  return wholePlaylist(Math.ceil(intervalSeconds), [
    '#EXT-X-I-FRAMES-ONLY',
    `#EXT-X-MAP:URI="${base}init.mp4?${query}"`,
    ...Array.from({ length: tileCount }, (_, i) => {
      const length = Math.min(intervalSeconds, durationSeconds - i * intervalSeconds);
      return `#EXTINF:${length.toFixed(3)},\n${base}iframe-${i}.m4s?${query}`;
    }),
  ]);
}

/** The thumbnails of a presentation, as its main playlist names them. */
export type Thumbnails = { readonly storyboard: Storyboard; readonly addresses: SheetAddresses };

/** Bits per pixel that JPEG images of films need at most, of this quality. */
const BITS_PER_PIXEL = 4;

/** Writes the variants of HLS whose media are thumbnails: sheets, and tiles as I-frames. */
export function thumbnailVariants({ storyboard, addresses: { base, query } }: Thumbnails): string[] {
  const { tile, intervalSeconds } = storyboard;
  const bits = Math.ceil((tile.width * tile.height * BITS_PER_PIXEL) / intervalSeconds);
  const variant = (codecs: string, name: string) =>
    `BANDWIDTH=${bits},CODECS="${codecs}",RESOLUTION=${tile.width}x${tile.height},URI="${base}${name}?${query}"`;
  return [
    `#EXT-X-I-FRAME-STREAM-INF:${variant('mjpg', 'iframes.m3u8')}`,
    `#EXT-X-IMAGE-STREAM-INF:${variant('jpeg', 'index.m3u8')}`,
  ];
}

/** Writes the sheets as an adaptation set (DASH-IF IOP §6.2.6). */
export function thumbnailSet({ storyboard, addresses }: Thumbnails, id: number): string {
  const { tile, columns, rows, intervalSeconds } = storyboard;
  const [width, height] = [tile.width * columns, tile.height * rows];
  const seconds = columns * rows * intervalSeconds;
  const template = {
    media: sheetAddress('$Number$', addresses),
    timescale: 1000,
    duration: Math.round(seconds * 1000),
    startNumber: 0,
  };
  const bandwidth = Math.ceil((width * height * BITS_PER_PIXEL) / seconds);
  const tiles = { schemeIdUri: 'http://dashif.org/guidelines/thumbnail_tile', value: `${columns}x${rows}` };
  return element('AdaptationSet', { id, contentType: 'image', mimeType: 'image/jpeg' }, [
    element('SegmentTemplate', template),
    element('Representation', { id: 'thumbnails', bandwidth, width, height }, [
      element('EssentialProperty', tiles),
    ]),
  ]);
}

/** Returns each tile's time in seconds, and its place. */
function tilesOf({ tile, columns, rows, intervalSeconds, tileCount, durationSeconds }: Storyboard) {
  return Array.from({ length: tileCount }, (_, i) => {
    const onSheet = i % (columns * rows);
    const start = roundedSeconds(i * intervalSeconds);
    return {
      start,
      end: roundedSeconds(Math.min(durationSeconds, (i + 1) * intervalSeconds)),
      sheet: Math.floor(i / (columns * rows)),
      x: (onSheet % columns) * tile.width,
      y: Math.floor(onSheet / columns) * tile.height,
    };
  });
}
