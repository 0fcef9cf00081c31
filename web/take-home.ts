import type { ObjectInfo } from '../functions/stream/plan/object-info.ts';
import { type Address, addressOf, isPresentation, pathOf, TOKEN } from './address.ts';
import { type Chip, chosenChip, showChips } from './chips.ts';
import { copyAndTell } from './copy-text.ts';
import { isFilm } from './describe-track.ts';
import { elements } from './elements.ts';
import { currentScheme } from './encryption.ts';
import { absolute, type Shared } from './share.ts';
import { snippetsOf } from './snippets.ts';

/** What is shown; null before anything is chosen. */
let subject: { readonly chosen: Address; readonly info: ObjectInfo } | null = null;

let isFramed = false;

/** Tells whether pages of other origins may frame players of this service. */
export function offerEmbeds(embeds: boolean): void {
  isFramed = embeds;
}

/** Shows how the chosen media is played elsewhere. */
export function showSnippets(chosen: Address, info: ObjectInfo): void {
  subject = { chosen, info };
  const names = [...snippets().keys()];
  const wanted = chosenChip(elements.snippetFor);
  const chips = names.map((name): Chip => ({ value: name, label: name }));
  showChips(elements.snippetFor, chips, names.includes(wanted) ? wanted : (names[0] ?? ''));
  elements.snippetCard.hidden = false;
  elements.linkCopy.disabled = false;
  elements.imageCopy.disabled = info.poster === null;
  showSnippet();
}

/** Returns what is shown; null before it is known. */
export function shown(): Shared | null {
  if (subject === null) return null;
  const { chosen, info } = subject;
  return { key: chosen.key, image: () => info.poster && absolute(imageAt(info.poster)) };
}

function snippets(): ReadonlyMap<string, string> {
  if (subject === null) return new Map();
  const { chosen, info } = subject;
  const noParameters = new URLSearchParams();
  return snippetsOf({
    key: chosen.key,
    isSong: !info.media.tracks.some(isFilm),
    address: absolute(isPresentation(chosen.way) ? pathOf('play', chosen.key) : addressOf(chosen)),
    hls: absolute(addressOf({ ...chosen, way: 'hls', params: noParameters })),
    media: absolute(addressOf({ ...chosen, way: 'media', params: noParameters })),
    poster: info.poster && absolute(info.poster),
    image: info.poster && absolute(imageAt(info.poster)),
    embed: isFramed ? absolute(pathOf('embed', chosen.key)) : null,
    page: absolute(pathOf('console', chosen.key)),
    origin: location.origin,
    token: TOKEN,
    encryption: currentScheme(),
  });
}

/** The address of what the player shows now: a film has a frame for each time. */
function imageAt(poster: string): string {
  const seconds = elements.video.currentTime;
  if (elements.video.hidden || seconds === 0) return poster;
  const address = new URL(poster, location.href);
  address.searchParams.set('t', seconds.toFixed(2));
  return `${address.pathname}${address.search}`;
}

export function hideSnippets(): void {
  subject = null;
  elements.linkCopy.disabled = true;
  elements.imageCopy.disabled = true;
  elements.linkCopied.textContent = '';
  elements.snippetCard.hidden = true;
}

/** Lets a person choose a snippet and copy it. */
export function followSnippets(): void {
  elements.snippetFor.addEventListener('change', showSnippet);
  elements.snippetCopy.addEventListener('click', () =>
    copyAndTell(elements.snippet.textContent ?? '', elements.snippet, elements.snippetCopied),
  );
}

function showSnippet(): void {
  elements.snippet.textContent = snippets().get(chosenChip(elements.snippetFor)) ?? '';
  elements.snippetCopied.textContent = '';
}
