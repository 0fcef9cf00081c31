import { pathOf } from './address.ts';
import { elements } from './elements.ts';
import { clock } from './words.ts';

/** What `/storyboard/{key}/index.json` says. */
type Storyboard = {
  readonly tile_width: number;
  readonly tile_height: number;
  readonly duration: number;
  readonly interval: number;
  readonly columns: number;
  readonly rows: number;
  readonly sheets: readonly string[];
};

let film: { readonly key: string; readonly board: Promise<Storyboard | null> } | null = null;

/** Shows what a film holds at the time under the pointer. `chosen` returns its key, null for no film. */
export function followPointer(chosen: () => string | null): void {
  elements.timeline.addEventListener('pointermove', async ({ offsetX }) => {
    const share = offsetX / elements.timeline.clientWidth;
    const key = chosen();
    if (key === null) return;
    // Fetched for the first who asks: its sheets take work.
    if (film?.key !== key) film = { key, board: fetchStoryboard(key) };
    const board = await film.board;
    if (board !== null && key === chosen()) showTile(board, key, Math.min(1, Math.max(0, share)));
  });
  elements.timeline.addEventListener('pointerleave', () => {
    elements.thumbnail.hidden = true;
  });
}

async function fetchStoryboard(key: string): Promise<Storyboard | null> {
  const response = await fetch(pathOf('storyboardJson', key)).catch(() => null);
  return response?.ok ? response.json() : null;
}

function showTile(board: Storyboard, key: string, share: number): void {
  const { tile_width: width, tile_height: height, columns, rows, sheets } = board;
  const seconds = share * board.duration;
  const tile = Math.floor(seconds / board.interval);
  const perSheet = columns * rows;
  const sheet = sheets[Math.floor(tile / perSheet)];
  if (sheet === undefined) return;
  const place = tile % perSheet;
  const { style } = elements.thumbnail;
  style.width = `${width}px`;
  style.height = `${height}px`;
  style.backgroundImage = `url("${new URL(sheet, new URL(pathOf('storyboardJson', key), location.href)).href}")`;
  style.backgroundPosition = `-${(place % columns) * width}px -${Math.floor(place / columns) * height}px`;
  const most = elements.timeline.clientWidth - width;
  style.marginInlineStart = `${Math.min(most, Math.max(0, share * elements.timeline.clientWidth - width / 2))}px`;
  elements.thumbnail.textContent = clock(seconds);
  elements.thumbnail.hidden = false;
}
