import { type Address, addressOf, isPresentation } from './address.ts';
import type { Failure, Offered, Open, Player } from './players/player.ts';

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
 * Gives an element an address to play, until `signal` aborts. Returns the player between them, null if there is
 * none. Rejects if the player cannot be loaded.
 */
export async function feed(
  element: HTMLMediaElement,
  chosen: Address,
  listeners: Listeners,
  signal: AbortSignal,
): Promise<Player | null> {
  const { way } = chosen;
  const address = addressOf(chosen);
  // A browser without Media Source Extensions plays HLS itself.
  if (!isPresentation(way) || !('MediaSource' in window)) {
    element.src = address;
    return null;
  }
  const { open } = await PLAYERS[way]();
  if (signal.aborted) return null;
  const player = open({ element, address, ...listeners });
  signal.addEventListener('abort', () => player.close());
  return player;
}
