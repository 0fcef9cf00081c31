import { type Address, addressOf, isPresentation } from './address.ts';
import { currentScheme } from './encryption.ts';
import { showQualities, whenQualityChosen } from './film-choices.ts';
import type { Failure, Offered, Open } from './players/player.ts';
import { fetchLicense } from './requests.ts';

/** What plays presentations; each is fetched for the first who wants it. */
const PLAYERS = {
  hls: () => import('./players/hls.ts'),
  dash: () => import('./players/dash.ts'),
} as const satisfies Record<string, () => Promise<{ open: Open }>>;

type Listeners = {
  readonly onChange: (offered: Offered) => void;
  readonly onFailure: (failure: Failure) => void;
};

/**
 * Gives an element an address to play, until `signal` aborts, and its menus what there is to choose. Rejects if the
 * player cannot be loaded.
 */
export async function feed(
  element: HTMLMediaElement,
  chosen: Address,
  { onChange, onFailure }: Listeners,
  signal: AbortSignal,
): Promise<void> {
  const { way } = chosen;
  const address = addressOf(chosen);
  // A browser without Media Source Extensions plays HLS itself.
  if (!isPresentation(way) || !('MediaSource' in window)) {
    element.src = address;
    return;
  }
  // dash.js asks for the key itself.
  const needsKey = way === 'hls' && currentScheme() === 'cbcs';
  const [{ open }, { listTracks }, clearKey] = await Promise.all([
    PLAYERS[way](),
    import('./player-controls.ts'),
    needsKey ? import('../packages/player/src/clear-key.ts') : null,
  ]);
  // Whatever is loaded above, nothing is awaited below: what was left meanwhile must not be opened.
  if (signal.aborted) return;
  clearKey?.giveKey(element, () => fetchLicense(chosen.key), signal);
  const lists = listTracks(element, signal);
  const player = open({
    element,
    address,
    onChange(offered) {
      lists.show(offered);
      showQualities(offered);
      onChange(offered);
    },
    onFailure,
  });
  lists.follow(player);
  whenQualityChosen(lists.choose, signal);
  signal.addEventListener('abort', () => player.close());
}
