import { escapeMarkup } from '../base/escape-markup.ts';
import type { Clip } from '../plan/presentation.ts';
import { textAddress } from './hls-text.ts';
import type { NamedText } from './text-names.ts';
import { element } from './xml.ts';

/** Bits per second of any text track: what players make of it is nothing, but it must be there. */
const BANDWIDTH = 1_000;

/** Writes the set of one text track: one WebVTT file for the whole film or clip, the form that every player shows. */
export function textSet({ track, name, language }: NamedText, id: number, clip: Clip | undefined): string {
  const attributes = { id, contentType: 'text', mimeType: 'text/vtt', lang: language };
  const representation = { id: track.id, bandwidth: BANDWIDTH };
  return element('AdaptationSet', attributes, [
    `<Label>${escapeMarkup(name)}</Label>`,
    element('Role', { schemeIdUri: 'urn:mpeg:dash:role:2011', value: roleOf(track) }),
    element('Representation', representation, [`<BaseURL>${track.id}/${textAddress(clip)}</BaseURL>`]),
  ]);
}

function roleOf({ isForced, isForHearingImpaired }: NamedText['track']): string {
  if (isForced) return 'forced-subtitle';
  return isForHearingImpaired ? 'caption' : 'subtitle';
}
