import { markdownTable } from '../support/markdown-table.ts';
import { ADDRESSES } from './addresses.ts';
import type { Cell } from './cell.ts';

const HEAD = `# Clients

What players and downloaders do with each kind of address: each starts the film, seeks to 70 % of it and goes on to its
end. Written by \`CLIENTS_WRITE=1 npm run test:clients\`, which prints times, requests and bytes as well, and fails where
this page is not what it sees.

- **✓** all three steps are right (\`stream made\` cannot be sought while it is made: two steps).
- **own: step** it fails there, and fails there as well with the same made by ffmpeg and served by a plain server
  (without Content-Length, as a Function URL does).
- **–** it does not read such an address, or the film has none. **?** nobody has seen it yet.
`;

const NOTES = `
\`signed\` is the HLS, DASH or plain address with a token in it, the first of these that the client reads. \`stream\` is
\`?height=240&duration=10\` of the demo film, a remux of phase-25.mkv, \`?height=240\` of the 60 fps MP4 and \`?format=mp3\`
of the song. Chromium and Firefox are the \`<video>\` element alone; hls.js, dash.js, shaka-player and video.js run in Chromium.
Downloaders do not play: theirs is whole and decodes to its end, and what wget and curl take up at 70 % of the bytes is the
same.
`;

/** The page, of what does not differ from run to run. */
export function pageOf(cells: readonly Cell[]): string {
  const films = [...new Set(cells.map(({ film }) => film))];
  const clients = [...new Set(cells.map(({ client }) => client))];
  const tables = films.map((film) => {
    const rows = clients.map((client) => {
      const marks = ADDRESSES.map(({ name }) => {
        const cell = cells.find(
          (each) => each.film === film && each.client === client && each.address === name,
        );
        return cell === undefined ? NOT_SEEN : markOf(cell);
      });
      return [client, ...marks];
    });
    return `\n## ${film}\n\n${markdownTable(['', ...ADDRESSES.map(({ name }) => name)], rows)}`;
  });
  return `${HEAD}${tables.join('')}${NOTES}`;
}

/** Of a run that did not get there. */
const NOT_SEEN = '?';

function markOf(cell: Cell): string {
  switch (cell.kind) {
    case 'none':
      return '–';
    case 'right':
      return '✓';
    case 'own fault':
      return `own: ${cell.step}`;
    case 'ours':
      return `OURS: ${cell.step}`;
    default:
      return cell satisfies never;
  }
}

/** One line for the log. */
export function lineOf(cell: Cell): string {
  const place = `${cell.film}, ${cell.address}, ${cell.client}`;
  if (cell.kind === 'none') return `${place}: ${cell.why}`;
  const { firstMs, requests, bytes, events } = cell;
  const first = firstMs === null ? 'no first frame' : `first frame ${(firstMs / 1000).toFixed(2)} s`;
  const counted = `${first}, ${requests} requests, ${(bytes / 1000).toFixed(0)} kB, ${events.length} events${firstOf(events)}`;
  if (cell.kind === 'right') return `${place}: right; ${counted}`;
  const fault = `${cell.step}: ${cell.what.replaceAll('\n', ' ').slice(0, 200)}`;
  if (cell.kind === 'ours') return `${place}: OURS, ${fault}; ${counted}`;
  return `${place}: its own fault, ${fault} (with ffmpeg's: ${cell.proof.replaceAll('\n', ' ').slice(0, 120)}); ${counted}`;
}

const firstOf = ([first]: readonly string[]): string =>
  first === undefined ? '' : ` (${first.replaceAll('\n', ' ').slice(0, 100)})`;
