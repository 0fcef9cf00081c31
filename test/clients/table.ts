import { markdownTable } from '../../testing/markdown-table.ts';
import { ADDRESSES } from './addresses.ts';
import type { Cell, Counted } from './cell.ts';
import type { Fault } from './client.ts';
import { CLIENTS } from './clients/all.ts';
import { FILMS } from './films.ts';

const HEAD = `# Clients

What players and downloaders do with each kind of address: each starts the film, seeks to 70 % of it and goes on to its
end. Written by \`CLIENTS_ALL=1 CLIENTS_WRITE=1 npm run test:clients\`; the same without the second fails where a mark on
this page is not what it sees, and CI does that with some of the cells.

- **✓** all three steps are right (\`stream made\` cannot be sought while it is made: two steps).
- **own: step** it fails there, and fails there as well with the same written by ffmpeg and served by a plain server
  (without Content-Length, as a Function URL does). Why is told below.
- **–** it does not read such an address, or the film has none.

Behind the mark: the time from the wish to the first frame (to the first byte for what only downloads) · requests · bytes,
of all three steps together. The times are of two processors that did other things as well.
`;

const NOTES = `
\`signed\` is the HLS, DASH or plain address with a token in it, the first of these that the client reads. \`stream\` is
\`?height=240&duration=4\` of the 60 fps MP4 and of the demo film, a remux of phase-25.mkv, and \`?format=mp3\` of the
song. Chromium and Firefox are the \`<video>\` element alone; hls.js, dash.js, shaka-player and video.js run in Chromium.
Downloaders do not play: theirs is whole and decodes to its end, and what wget and curl take up at 70 % of the bytes is the
same.

Faults that are their own:

- mpv and ffmpeg cannot seek in HLS of fragmented MP4: ffmpeg's demuxer (Debian's 5.1) reads on at wrong places.
  [findings/ffmpeg-seeks-into-nothing-in-hls-fmp4.sh](../findings/ffmpeg-seeks-into-nothing-in-hls-fmp4.sh)
- ffmpeg loses the last two frames of DASH at 60 frames a second.
  [findings/ffmpeg-dash-loses-last-frames.sh](../findings/ffmpeg-dash-loses-last-frames.sh)
- GStreamer asks for ranges of nothing that has no Content-Length: it seeks in what it holds in memory alone, and needs the
  index of a large MP4 in front.
  [findings/gstreamer-needs-content-length.sh](../findings/gstreamer-needs-content-length.sh)
`;

/** Texts of the page's cells, by `nameOf`. */
export type Texts = ReadonlyMap<string, string>;

type Place = Pick<Cell, 'film' | 'client' | 'address'>;

export const nameOf = ({ film, client, address }: Place): string => `${film}, ${address}, ${client}`;

/** The page with these texts in its cells. */
export function pageOf(texts: Texts): string {
  const tables = FILMS.map(({ name: film }) => {
    const rows = CLIENTS.map(({ name: client }) => [
      client,
      ...ADDRESSES.map(({ name: address }) => texts.get(nameOf({ film, client, address })) ?? NOT_SEEN),
    ]);
    return `\n## ${film}\n\n${markdownTable(['', ...ADDRESSES.map(({ name }) => name)], rows)}`;
  });
  return `${HEAD}${tables.join('')}${NOTES}`;
}

/** What stands in the cells of a page. */
export function textsOf(page: string): Map<string, string> {
  const texts = new Map<string, string>();
  let [film, addresses] = ['', [] as string[]];
  for (const line of page.split('\n')) {
    if (line.startsWith('## ')) film = line.slice('## '.length);
    if (!line.startsWith('| ')) continue;
    const [client = '', ...fields] = line
      .slice(1, -1)
      .split('|')
      .map((field) => field.trim());
    if (client === '') addresses = fields;
    else
      for (const [i, text] of fields.entries())
        texts.set(nameOf({ film, client, address: addresses[i] ?? '' }), text);
  }
  return texts;
}

/** What does not differ from run to run: the text without its figures. */
export const markOf = (text: string): string => /^[^\d·]*/.exec(text)?.[0].trim() ?? '';

/** Of what no run has seen yet. */
export const NOT_SEEN = '?';

export function textOf(cell: Cell): string {
  switch (cell.kind) {
    case 'none':
      return '–';
    case 'right':
      return `✓ ${figuresOf(cell)}`;
    case 'own fault':
      return `own: ${cell.step} ${figuresOf(cell)}`;
    case 'ours':
      return `OURS: ${cell.step} ${figuresOf(cell)}`;
    default:
      return cell satisfies never;
  }
}

function figuresOf({ firstMs, requests, bytes }: Counted): string {
  const size = bytes < 999_500 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return `${firstMs === null ? '' : `${(firstMs / 1000).toFixed(1)} s `}· ${requests} · ${size}`;
}

/** One line for the log. */
export function lineOf(cell: Cell): string {
  const place = nameOf(cell);
  if (cell.kind === 'none') return `${place}: ${cell.why}`;
  const { tookMs, events } = cell;
  const counted = `${figuresOf(cell)}, took ${(tookMs / 1000).toFixed(1)} s, ${events.length} events${firstOf(events)}`;
  switch (cell.kind) {
    case 'right':
      return `${place}: right${cell.once === null ? '' : `, though not at first (${faultOf(cell.once)})`}; ${counted}`;
    case 'ours':
      return `${place}: OURS, ${faultOf(cell)}; ${counted}`;
    case 'own fault':
      return `${place}: its own fault, ${faultOf(cell)} (with ffmpeg's: ${short(cell.proof, 120)}); ${counted}`;
    default:
      return cell satisfies never;
  }
}

const faultOf = ({ step, what }: Fault): string => `${step}: ${short(what, 600)}`;

const firstOf = ([first]: readonly string[]): string =>
  first === undefined ? '' : ` (${short(first, 100)})`;

const short = (text: string, length: number): string => text.replaceAll('\n', ' ').slice(0, length);
