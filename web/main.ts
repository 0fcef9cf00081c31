import { type Address, parseAddress, pathOf, ROOT, sameAddress } from './address.ts';
import { choose, currentChoice, currentFilm } from './choose.ts';
import { readControls } from './controls.ts';
import { copyText } from './copy-text.ts';
import { elements } from './elements.ts';
import { exportFile } from './follow-export.ts';
import { addToList, filterList, firstListed, markListed, nextLike } from './list.ts';
import { showFailure, showProblem } from './problem.ts';
import { fetchList } from './requests.ts';
import { whenSought } from './seek.ts';
import { followSnippets } from './take-home.ts';
import { followPointer } from './thumbnail.ts';

/** The key after which the list goes on. */
let nextAfter: string | null = null;

function play(next: Address): void {
  choose(next, { play: true });
}

async function loadList(): Promise<{ credit: string | undefined; exports: boolean }> {
  const answer = await fetchList(nextAfter);
  nextAfter = answer.next;
  addToList(answer, (key) => play(sameAddress(currentChoice(), key)));
  return answer;
}

function markChosen(): void {
  const chosen = currentChoice();
  if (chosen !== null) markListed(chosen.key);
}

// ---- what a person does

elements.filter.addEventListener('input', filterList);

elements.more.addEventListener('click', async () => {
  elements.more.disabled = true;
  try {
    await loadList();
    markChosen();
  } catch (error) {
    showFailure(error);
  } finally {
    elements.more.disabled = false;
  }
});

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

elements.copy.addEventListener('click', () => copyText(elements.address, elements.copied));

elements.export.addEventListener('click', () => {
  const chosen = currentChoice();
  if (chosen === null) return;
  exportFile(pathOf('export', chosen.key, chosen.way === 'stream' ? chosen.params : new URLSearchParams()));
});

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
});

// The next song of an album.
elements.audio.addEventListener('ended', () => {
  const chosen = currentChoice();
  const next = chosen && nextLike(chosen.key);
  if (next) play(sameAddress(chosen, next));
});

followPointer(currentFilm);
followSnippets();

// ---- the start

try {
  const { credit, exports } = await loadList();
  elements.credit.textContent = credit ?? '';
  elements.credit.hidden = !credit;
  elements.exportRow.hidden = !exports;
  const linked = parseAddress(location.hash.slice(1));
  const key = firstListed();
  const first = linked ?? (key === null ? null : sameAddress(currentChoice(), key));
  // A person who has chosen something while the list was loading gets that, and nobody is interrupted while
  // typing.
  const isFree =
    currentChoice() === null && elements.address.value === '' && document.activeElement !== elements.address;
  if (first && isFree) await choose(first, { play: false, record: false });
  else markChosen();
} catch (error) {
  elements.filesNote.textContent = 'The list could not be loaded.';
  showFailure(error);
}
