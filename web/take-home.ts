import type { ObjectInfo } from '../functions/stream/plan/object-info.ts';
import { type Address, addressOf, isPresentation, pathOf, TOKEN } from './address.ts';
import { copyText } from './copy-text.ts';
import { isFilm } from './describe-track.ts';
import { elements, make } from './elements.ts';
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
  showNames([...snippets().keys()]);
  elements.snippetCard.hidden = false;
  showSnippet();
}

function snippets(): ReadonlyMap<string, string> {
  if (subject === null) return new Map();
  const { chosen, info } = subject;
  const absolute = (address: string) => new URL(address, location.href).href;
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
    origin: location.origin,
    token: TOKEN,
  });
}

/** Shows a choice of one for each name; the chosen one stays if it is there. */
function showNames(names: readonly string[]): void {
  const shown = [...elements.snippetFor.elements].map((each) => each.getAttribute('value'));
  if (shown.join() === names.join()) return;
  const wanted = chosenName();
  elements.snippetFor.replaceChildren(
    ...names.map((name) => {
      const input = make('input', '');
      input.type = 'radio';
      input.name = 'place';
      input.value = name;
      input.checked = name === (names.includes(wanted) ? wanted : names[0]);
      return make('label', 'chip', input, name);
    }),
  );
}

function chosenName(): string {
  return String(new FormData(elements.snippetFor).get('place') ?? '');
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
  elements.snippetCard.hidden = true;
}

/** Lets a person choose a snippet and copy it. */
export function followSnippets(): void {
  elements.snippetFor.addEventListener('change', showSnippet);
  elements.snippetCopy.addEventListener('click', () => copyText(elements.snippet, elements.snippetCopied));
}

function showSnippet(): void {
  elements.snippet.textContent = snippets().get(chosenName()) ?? '';
  elements.snippetCopied.textContent = '';
}
