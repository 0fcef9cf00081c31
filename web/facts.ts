import type { AddressInfo, ObjectInfo } from '../functions/stream/plan/object-info.ts';
import { type Address, parseAddress } from './address.ts';
import { describeTrack } from './describe-track.ts';
import { elements, make } from './elements.ts';
import { bytes, clock, seconds } from './words.ts';

/** Shows what the file is, and what each address would do with it. */
export function showFacts(info: ObjectInfo, onChoose: (address: Address) => void): void {
  elements.fileCard.hidden = false;
  elements.offersCard.hidden = info.addresses.length === 0;
  elements.file.replaceChildren(
    ...factsOf(info).map(([name, value]) => make('div', '', make('dt', '', name), make('dd', '', value))),
  );
  elements.tracks.replaceChildren(...info.media.tracks.map((track) => make('li', '', describeTrack(track))));
  elements.offers.replaceChildren(...info.addresses.map((address) => offer(address, onChoose)));
}

export function hideFacts(): void {
  for (const list of [elements.file, elements.tracks, elements.offers]) list.replaceChildren();
  for (const card of [elements.fileCard, elements.offersCard]) card.hidden = true;
}

function factsOf({ media, sizeBytes, lastModified }: ObjectInfo): readonly (readonly [string, string])[] {
  const { container, durationSeconds, layout: index } = media;
  const changed = new Date(lastModified).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const facts: [string, string][] = [
    ['Container', index?.fragmented ? `${container}, fragmented` : container],
    ['Duration', durationSeconds === null ? 'unknown' : clock(durationSeconds)],
    ['Size', bytes(sizeBytes)],
    ['Changed', changed],
  ];
  if (index && !index.fragmented) facts.push(['Index', index.moovAtEnd ? 'at the end' : 'at the start']);
  return facts;
}

function offer(info: AddressInfo, onChoose: (address: Address) => void): HTMLElement {
  const isRefused = 'problem' in info;
  const badge = isRefused
    ? make('span', 'badge bad', String(info.problem.status))
    : make('span', 'badge', info.plan);
  const sentence = isRefused
    ? make('p', 'small', info.problem.detail)
    : make('p', 'small', info.reason, costOf(info.predicted));
  return make('li', '', make('div', 'spread', nameOf(info.href, onChoose), badge), sentence);
}

/** Shows the address: a button if it can be played here. */
function nameOf(href: string, onChoose: (address: Address) => void): HTMLElement {
  const target = parseAddress(href);
  if (target === null) return make('span', 'mono', href);
  const button = make('button', 'mono', href);
  button.type = 'button';
  button.addEventListener('click', () => onChoose(target));
  return button;
}

function costOf(predicted: Extract<AddressInfo, { plan: string }>['predicted']): HTMLElement | string {
  const cost = [seconds(predicted.seconds), bytes(predicted.bytes)].filter(Boolean).join(', ');
  return cost ? make('span', 'soft', ` (about ${cost})`) : '';
}
