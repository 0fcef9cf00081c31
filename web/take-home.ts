import type { ObjectInfo } from '../functions/stream/plan/object-info.ts';
import { type Address, addressOf, isPresentation, pathOf } from './address.ts';
import { copyText } from './copy-text.ts';
import { isFilm } from './describe-track.ts';
import { elements } from './elements.ts';
import { snippetsOf } from './snippets.ts';

let snippets: ReadonlyMap<string, string> = new Map();

/** Shows how the chosen media is played elsewhere. */
export function showSnippets(chosen: Address, info: ObjectInfo): void {
  const absolute = (address: string) => new URL(address, location.href).href;
  const noParameters = new URLSearchParams();
  snippets = snippetsOf({
    key: chosen.key,
    isSong: !info.media.tracks.some(isFilm),
    address: absolute(
      isPresentation(chosen.way) ? pathOf('play', chosen.key, noParameters) : addressOf(chosen),
    ),
    hls: absolute(addressOf({ ...chosen, way: 'hls', params: noParameters })),
    media: absolute(addressOf({ ...chosen, way: 'media', params: noParameters })),
    poster: info.poster && absolute(info.poster),
    origin: location.origin,
  });
  const { snippetFor } = elements;
  const wanted = snippetFor.value;
  snippetFor.replaceChildren(...[...snippets.keys()].map((name) => new Option(name, name)));
  if (snippets.has(wanted)) snippetFor.value = wanted;
  elements.snippetCard.hidden = false;
  showSnippet();
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
  elements.snippet.textContent = snippets.get(elements.snippetFor.value) ?? '';
  elements.snippetCopied.textContent = '';
}
