import { unsupported } from '../../base/problem.ts';
import { MAX_CUES, tooManyCues } from './cue.ts';
import { escapeText } from './markup.ts';
import { timeExpression } from './ttml-times.ts';
import { xmlTokens } from './xml-tokens.ts';

/**
 * Rewrites a TTML file as the part of TTML that cues follow from, well-formed and by the rules, whatever the file
 * is: imsc ends at the first mistake, and its readers of colours and shadows are slow with hostile ones. Older
 * namespaces count. A paragraph whose times are no times ends before it begins. Throws `too-large`, and
 * `unsupported-media` for what is nested too deep.
 */
export function cleanTtml(xml: string): string {
  const namespaces = new Map<string, string>();
  const open: { readonly written: string; readonly name: string }[] = [];
  let ignored: { readonly name: string; depth: number } | null = null;
  let out = '';
  let paragraphs = 0;
  let styles = 0;
  const close = () => {
    out += `</${open.pop()?.written}>`;
  };
  for (const token of xmlTokens(xml)) {
    if (token.kind === 'text') {
      if (ignored === null && isParagraph(open.at(-1)?.written)) out += escaped(token.text);
      continue;
    }
    if (ignored !== null) {
      if (token.name !== ignored.name) continue;
      if (token.kind === 'open') ignored.depth += token.isEmpty ? 0 : 1;
      else if (--ignored.depth === 0) ignored = null;
      continue;
    }
    if (token.kind === 'close') {
      if (open.some(({ name }) => name === token.name)) {
        while (open.at(-1)?.name !== token.name) close();
        close();
      }
      if (open.length === 0 && out !== '') break;
      continue;
    }
    declare(token.attributes, namespaces);
    const element = elementOf(token.name, namespaces);
    if (element === 'p' && ++paragraphs > MAX_CUES) throw tooManyCues();
    if (element === 'p') while (isParagraph(open.at(-1)?.written)) close();
    if (element === 'p' && open.at(-1)?.written === 'body') {
      open.push({ written: 'div', name: '' });
      out += '<div>';
    }
    const parent = open.at(-1)?.written ?? '';
    const isOneMore = (element === 'style' || element === 'region') && ++styles > MOST_STYLES;
    if (element === null || isOneMore || !PARENTS[element].includes(parent)) {
      if (!token.isEmpty) ignored = { name: token.name, depth: 1 };
      continue;
    }
    out += `<${element}${attributesOf(element, token.attributes, namespaces)}>`;
    open.push({ written: element, name: token.name });
    if (open.length > MOST_DEPTH) throw unsupported('The text track has elements that are nested too deep.');
    if (token.isEmpty) close();
  }
  while (open.length > 0) close();
  return out;
}

const MOST_DEPTH = 100;
/** Styles and regions; imsc follows references from one to the next. */
const MOST_STYLES = 2_000;

/** Elements that cues follow from, and where each may be. */
const PARENTS = {
  tt: [''],
  head: ['tt'],
  styling: ['head'],
  layout: ['head'],
  style: ['styling', 'region'],
  region: ['layout'],
  body: ['tt'],
  div: ['body', 'div'],
  p: ['div'],
  span: ['p', 'span'],
  br: ['p', 'span'],
} as const satisfies Record<string, readonly string[]> as Readonly<Record<Element, readonly string[]>>;

type Element =
  | 'tt'
  | 'head'
  | 'styling'
  | 'layout'
  | 'style'
  | 'region'
  | 'body'
  | 'div'
  | 'p'
  | 'span'
  | 'br';

function isParagraph(element: string | undefined): boolean {
  return element === 'p' || element === 'span';
}

/** The namespace of TTML and those of its drafts, each with the parts for elements, styles and parameters. */
const NAMESPACE = /^http:\/\/www\.w3\.org\/(?:ns\/ttml|\d{4}\/\d{2}\/ttaf1)(?:#(styl|param)[\w-]{0,30})?$/;

/** Adds prefixes that are new, for the whole file: of elements as `tt`, of styles as `styl`, of parameters as `param`, of others as empty. */
function declare(attributes: ReadonlyMap<string, string>, namespaces: Map<string, string>): void {
  for (const [name, value] of attributes) {
    const [, prefix = ''] = /^xmlns(?::(.*))?$/.exec(name) ?? ['', null];
    if (prefix === null || namespaces.has(prefix) || namespaces.size > MOST_PREFIXES) continue;
    const match = NAMESPACE.exec(value.trim());
    namespaces.set(prefix, match === null ? '' : (match[1] ?? 'tt'));
  }
}

const MOST_PREFIXES = 1_000;

/** What a prefix stands for in a file that does not declare it. */
const USUAL: Readonly<Record<string, string>> = { '': 'tt', tt: 'tt', tts: 'styl', ttp: 'param' };

function meaningOf(prefix: string, namespaces: ReadonlyMap<string, string>): string {
  return namespaces.get(prefix) ?? (Object.hasOwn(USUAL, prefix) ? (USUAL[prefix] ?? '') : '');
}

function elementOf(name: string, namespaces: ReadonlyMap<string, string>): Element | null {
  const [local, prefix = ''] = name.split(':').reverse();
  const isKnown = local !== undefined && Object.hasOwn(PARENTS, local);
  return isKnown && meaningOf(prefix, namespaces) === 'tt' ? (local as Element) : null;
}

/** Attributes with a prefix, by what it stands for. Shadows, colours and fonts are left out. */
const STYLES = new Set(
  'fontStyle,fontWeight,textDecoration,textAlign,displayAlign,origin,extent,display,ruby'.split(','),
);
const PARAMETERS = new Set('frameRate,frameRateMultiplier,tickRate,cellResolution'.split(','));

function attributesOf(
  element: Element,
  attributes: ReadonlyMap<string, string>,
  namespaces: ReadonlyMap<string, string>,
): string {
  let out = element === 'tt' ? ROOT : '';
  let isBroken = false;
  for (const [name, value] of attributes) {
    const [local = '', prefix] = name.split(':').reverse();
    const meaning = prefix === undefined ? '' : meaningOf(prefix, namespaces);
    if (meaning === 'styl' && STYLES.has(local)) {
      if (element !== 'tt' || EXTENT.test(value)) out += ` tts:${local}="${escaped(value.trim())}"`;
    } else if (meaning === 'param' && PARAMETERS.has(local)) {
      // A rate of 0 is none.
      if (/[1-9]/.test(value)) out += ` ttp:${local}="${escaped(value)}"`;
    } else if (name === 'begin' || name === 'end' || name === 'dur') {
      const time = timeExpression(value);
      if (time === null) isBroken = true;
      else out += ` ${name}="${time}"`;
    } else if (name === 'timeContainer' || name === 'xml:space') out += ` ${name}="${escaped(value)}"`;
    // The letter before it keeps names apart from those that every object of JavaScript has.
    else if (name === 'region' || name === 'xml:id') out += ` ${name}="x${escaped(value)}"`;
    else if (name === 'style') out += ` style="${referencesOf(value)}"`;
  }
  if (!isBroken) return out;
  return `${out.replace(/ (?:begin|end|dur)="[^"]*"/g, '')} begin="1s" end="0s"`;
}

const ROOT =
  ' xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"';

/** imsc takes no other extent of the whole. */
const EXTENT = /^\d{1,6}(?:\.\d{1,6})?px \d{1,6}(?:\.\d{1,6})?px$/;

function referencesOf(value: string): string {
  const names = value.trim().split(/\s+/).slice(0, MOST_REFERENCES);
  return names.map((name) => `x${escaped(name)}`).join(' ');
}

const MOST_REFERENCES = 20;

function escaped(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;');
}
