import type { MediaList } from '../functions/stream/answer/media-list.ts';
import { type Address, IS_OF_ONE, LISTS_ALONE, parseAddress, ROOT, sameAddress } from './address.ts';
import { choose, currentChoice } from './choose.ts';
import { readControls } from './controls.ts';
import { copyAndTell } from './copy-text.ts';
import { elements } from './elements.ts';
import { setScheme } from './encryption.ts';
import { offerExports } from './exports.ts';
import { offerSubtitles } from './film-choices.ts';
import {
  firstListed,
  lookAtShelf,
  markListed,
  nextLike,
  openLibrary,
  takeAdded,
  takePage,
} from './library.ts';
import { showFailure, showProblem } from './problem.ts';
import { fetchList } from './requests.ts';
import { whenSought } from './seek.ts';
import { absolute, offerLinks } from './share.ts';
import { countWith } from './spent.ts';
import { drawControls } from './stage.ts';
import { followSnippets, offerEmbeds, shown } from './take-home.ts';
import { takeFiles } from './upload.ts';

/** The key after which the list goes on. */
let nextAfter: string | null = null;
/** What is shown where the address names nothing. */
let beginning: Address | null = null;

function play(next: Address): void {
  choose(next, { play: true });
}

/** Loads the first page of the library, or the next one. */
async function loadList(from: 'beginning' | 'next'): Promise<MediaList> {
  const isFirst = from === 'beginning';
  const answer = await fetchList(isFirst ? null : nextAfter);
  nextAfter = answer.next;
  takePage(answer.media, { isFirst, next: answer.next });
  return answer;
}

async function loadWith(button: HTMLButtonElement, from: 'beginning' | 'next'): Promise<void> {
  button.disabled = true;
  await loadList(from)
    .catch(showFailure)
    .finally(() => {
      button.disabled = false;
    });
}

// ---- what a person does

openLibrary((key) => {
  play(sameAddress(currentChoice(), key));
  // On a phone it is below the library.
  elements.stage.scrollIntoView({ block: 'nearest' });
});
elements.more.addEventListener('click', () => loadWith(elements.more, 'next'));
elements.refresh.addEventListener('click', () => loadWith(elements.refresh, 'beginning'));

elements.controls.addEventListener('change', () => {
  const chosen = currentChoice();
  if (chosen !== null) play(readControls(chosen));
});
elements.controls.addEventListener('submit', (event) => event.preventDefault());

elements.addressForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const next = parseAddress(elements.address.value.trim());
  if (next) play(next);
  else
    showProblem({
      title: 'Not a playable address',
      detail: `An address here begins with ${ROOT}media/, ${ROOT}stream/, ${ROOT}hls/ or ${ROOT}dash/.`,
    });
});

elements.copy.addEventListener('click', () =>
  copyAndTell(absolute(elements.address.value), elements.address, elements.copied),
);

elements.skip.addEventListener('click', (event) => {
  event.preventDefault(); // The fragment holds what is played.
  elements.main.focus();
});

whenSought((seconds) => {
  const chosen = currentChoice();
  if (chosen === null) return;
  const params = new URLSearchParams(chosen.params);
  params.set('start', seconds);
  play({ ...chosen, params });
});

addEventListener('hashchange', () => {
  const next = parseAddress(location.hash.slice(1));
  if (next) choose(next, { play: true, record: false });
  else if (location.hash === '' && beginning) choose(beginning, { play: false, record: false });
});

// The next song of an album.
elements.audio.addEventListener('ended', () => {
  const chosen = currentChoice();
  const next = chosen && nextLike(chosen.key);
  if (next) play(sameAddress(chosen, next));
});

followSnippets();
offerLinks(shown);
offerSubtitles();

// ---- the start

document.body.classList.toggle('alone', IS_OF_ONE);
void drawControls();
try {
  const { credit, exports, encryption, embeds, uploads, memoryMegabytes } = await loadList('beginning');
  countWith(memoryMegabytes);
  setScheme(encryption);
  offerEmbeds(embeds);
  elements.credit.textContent = credit ?? '';
  elements.credit.hidden = !credit;
  if (exports) offerExports(currentChoice);
  takeFiles(uploads, takeAdded);
  const linked = parseAddress(location.hash.slice(1));
  const key = firstListed();
  beginning = key === null ? null : sameAddress(null, key);
  const first = linked ?? (LISTS_ALONE ? null : beginning);
  // A person who has chosen something while the list was loading gets that, and nobody is interrupted while
  // typing.
  const isFree =
    currentChoice() === null && elements.address.value === '' && document.activeElement !== elements.address;
  const asked = currentChoice() ?? linked;
  if (first && isFree) await choose(first, { play: false, record: false, waits: linked === null });
  if (asked !== null) markListed(asked.key, true);
} catch (error) {
  elements.filesNote.textContent = 'The list could not be loaded.';
  showFailure(error);
}
// What is played comes first: posters may take an ffmpeg each.
lookAtShelf();
