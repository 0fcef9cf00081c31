import { type Chip, chosenChip, showChips } from './chips.ts';
import { elements } from './elements.ts';
import type { Offered, Quality } from './players/player.ts';
import { rate } from './words.ts';

const AUTOMATIC: Chip = { value: '', label: 'Auto' };
const OFF: Chip = { value: '', label: 'Off' };

/** Shows the qualities of a film as buttons below it, where the player's menu takes a click more; null for no choice. */
export function showQualities(offered: Pick<Offered, 'qualities' | 'chosen'> | null): void {
  const qualities = offered?.qualities.filter(({ height }) => height > 0) ?? [];
  const chips = qualities.map((each) => ({ value: each.id, label: nameIn(qualities, each) }));
  showChips(elements.qualities, [AUTOMATIC, ...(chips.length < 2 ? [] : chips)], offered?.chosen ?? '');
}

/** Two of the same height are told apart by their bitrates. */
function nameIn(qualities: readonly Quality[], { height, bitrate }: Quality): string {
  const isAlone = qualities.filter((each) => each.height === height).length === 1;
  return isAlone ? `${height}p` : `${height}p, ${rate(bitrate)}`;
}

/** Calls back with the id that a person chooses below the film; null where the player is to choose. Until `signal` aborts. */
export function whenQualityChosen(choose: (id: string | null) => void, signal: AbortSignal): void {
  const { qualities } = elements;
  qualities.addEventListener('change', () => choose(chosenChip(qualities) || null), { signal });
}

/** Shows the subtitles of a film as buttons below it, whatever has brought them, and switches to what a person chooses. */
export function offerSubtitles(): void {
  const { video, subtitles } = elements;
  const texts = () => [...video.textTracks].filter(({ kind }) => kind === 'subtitles' || kind === 'captions');
  const show = () => {
    const chips = texts().map(({ label, language }, at) => ({
      value: String(at),
      label: label || language || `Track ${at + 1}`,
    }));
    const showing = texts().findIndex(({ mode }) => mode === 'showing');
    showChips(subtitles, [OFF, ...chips], showing < 0 ? '' : String(showing));
  };
  for (const event of ['addtrack', 'removetrack', 'change']) video.textTracks.addEventListener(event, show);
  subtitles.addEventListener('change', () => {
    const chosen = chosenChip(subtitles);
    for (const [at, text] of texts().entries()) text.mode = String(at) === chosen ? 'showing' : 'disabled';
  });
  show();
}
