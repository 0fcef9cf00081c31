import type { ObjectInfo } from '../functions/stream/plan/object-info.ts';
import { type Address, addressOf, LISTS_ALONE } from './address.ts';
import { hideCompanions, showCompanions } from './companions.ts';
import { showControls } from './controls.ts';
import { isFilm } from './describe-track.ts';
import { elements } from './elements.ts';
import { showExportFormats } from './exports.ts';
import { hideFacts, showFacts } from './facts.ts';
import { markListed } from './library.ts';
import { start, stop } from './playback.ts';
import { hideProblem, showFailure, showProblem } from './problem.ts';
import { fetchInfo } from './requests.ts';
import { signing } from './snippets.ts';
import { hideSnippets, showSnippets } from './take-home.ts';

type How = {
  readonly play: boolean;
  /** Whether to add it to the browser's history. Default true. */
  readonly record?: boolean;
  /** Whether nothing is loaded before a person comes near the player. Default false. */
  readonly waits?: boolean;
};

/** Null until something is chosen. */
let chosen: Address | null = null;
/** The facts about the chosen file; null if unknown. */
let info: ObjectInfo | null = null;
/** Ends the previous playback: its requests and listeners. */
let playback = new AbortController();

export function currentChoice(): Address | null {
  return chosen;
}

/** Switches the page to an address: shows what it is, and plays it if wanted. Never rejects. */
export async function choose(next: Address, { play, record = true, waits = false }: How): Promise<void> {
  const isOther = next.key !== chosen?.key || info === null;
  chosen = next;
  playback.abort();
  playback = new AbortController();
  const { signal } = playback;
  stop();
  hideProblem();
  showChoice(next, record);
  if (isOther) {
    info = null;
    hideFacts();
    hideSnippets();
  }
  showControls(next, info?.media ?? null);
  if (LISTS_ALONE) {
    showProblem({
      title: 'This address opens the list alone',
      detail: `For ${next.key}: ${signing(next.key, location.origin)}`,
    });
    return;
  }
  try {
    if (isOther) await loadInfo(next, signal);
    if (signal.aborted) return;
    // What is played at once needs no poster.
    if (info !== null) {
      showCompanions(info, next, !play);
      showSnippets(next, info);
      showExportFormats(next, info.media.tracks.some(isFilm));
    } else hideCompanions();
    await start({ chosen: next, media: info?.media ?? null, play, waits }, signal);
  } catch (error) {
    if (!signal.aborted) showFailure(error);
  }
}

/** Shows the address in all places that name the chosen file. */
function showChoice(next: Address, record: boolean): void {
  const address = addressOf(next);
  const hash = `#${address}`;
  if (record && location.hash !== hash) history.pushState(null, '', hash);
  document.title = `${next.key} – Sluice`;
  elements.title.textContent = next.key;
  elements.address.value = address;
  elements.copied.textContent = '';
  markListed(next.key, record);
}

async function loadInfo(next: Address, signal: AbortSignal): Promise<void> {
  try {
    const answer = await fetchInfo(next.key, signal);
    if (signal.aborted) return;
    info = answer;
    showFacts(answer, (target) => choose(target, { play: true }));
    showControls(next, answer.media);
  } catch (error) {
    // The original bytes can be tried even if nothing is known of them.
    if (next.way !== 'media') throw error;
  }
}
