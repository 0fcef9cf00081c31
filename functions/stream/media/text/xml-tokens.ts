import { resolveEntities } from './entities.ts';

/** A part of an XML file: a tag, or the text before it. */
export type XmlToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'close'; readonly name: string }
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly attributes: ReadonlyMap<string, string>;
      readonly isEmpty: boolean;
    };

/**
 * Splits XML into tags and text, whatever is wrong with it: entities are resolved but for those that the file
 * declares, which stay text; comments, processing instructions and the document type are left out, and what is cut
 * off at the end. Each character is looked at a few times at most.
 */
export function* xmlTokens(xml: string): Generator<XmlToken> {
  let at = 0;
  while (at < xml.length) {
    const start = xml.indexOf('<', at);
    const text = xml.slice(at, start < 0 ? xml.length : start);
    if (text !== '') yield { kind: 'text', text: resolveEntities(text) };
    if (start < 0) return;
    const special = SPECIAL.find(([opening]) => xml.startsWith(opening, start));
    if (special !== undefined) {
      const [opening, closing] = special;
      const end = xml.indexOf(closing, start + opening.length);
      if (end < 0) return;
      if (opening === '<![CDATA[') yield { kind: 'text', text: xml.slice(start + opening.length, end) };
      at = end + closing.length;
      continue;
    }
    NAME.lastIndex = start + 1;
    const [, slash, name] = NAME.exec(xml) ?? [];
    if (name === undefined) {
      yield { kind: 'text', text: '<' };
      at = start + 1;
      continue;
    }
    const end = endOfTag(xml, NAME.lastIndex);
    if (end < 0) return;
    const inside = xml.slice(NAME.lastIndex, end);
    at = end + 1;
    if (slash === '/') yield { kind: 'close', name };
    else yield { kind: 'open', name, attributes: attributesOf(inside), isEmpty: inside.endsWith('/') };
  }
}

/** What is not a tag, by its beginning and end. Declarations in a document type are read as such, one by one. */
const SPECIAL: readonly (readonly [opening: string, closing: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
];

const NAME = /(\/?)([A-Za-z_][\w.-]{0,60}(?::[\w.-]{1,60})?)/y;

/** Finds the end of a tag, which is not inside of quotes; -1 if there is none. */
function endOfTag(xml: string, from: number): number {
  let quote = '';
  for (let i = from; i < xml.length; i++) {
    const character = xml[i];
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return i;
  }
  return -1;
}

function attributesOf(inside: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of inside.slice(0, MOST_CHARACTERS).matchAll(ATTRIBUTE)) {
    if (!attributes.has(name)) attributes.set(name, resolveEntities(double ?? single ?? ''));
  }
  return attributes;
}

/** The attributes of a tag are shorter in any file that a program wrote. */
const MOST_CHARACTERS = 10_000;
const ATTRIBUTE = /([A-Za-z_][\w.:-]{0,60})\s{0,9}=\s{0,9}(?:"([^"]{0,500})"|'([^']{0,500})')/g;
