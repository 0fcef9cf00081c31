import type { TtmlDocument, TtmlElement } from 'imsc/src/main/js/doc.js';
import type { Style } from './markup.ts';

/** What an element inherits, as far as WebVTT has it. */
export type TtmlStyle = {
  readonly styles: readonly Style[];
  readonly align: string;
  readonly region: string;
};

export const PLAIN: TtmlStyle = { styles: [], align: '', region: '' };

const STYLING = 'http://www.w3.org/ns/ttml#styling ';

/** Returns a style as imsc read it, which is text, but for lengths. */
function styleOf(
  element: { readonly styleAttrs?: Readonly<Record<string, unknown>> },
  name: string,
): unknown {
  return element.styleAttrs?.[STYLING + name];
}

/** Returns the style of an element inside of one with another. */
export function inherited(
  outer: TtmlStyle,
  element: Pick<TtmlElement, 'styleAttrs' | 'regionID'>,
): TtmlStyle {
  const decorations = styleOf(element, 'textDecoration');
  const isUnderlined = (name: string) => Array.isArray(decorations) && decorations.includes(name);
  const changes: readonly (readonly [style: Style, isOn: boolean | null])[] = [
    ['b', isOneOf(styleOf(element, 'fontWeight'), ['bold'])],
    ['i', isOneOf(styleOf(element, 'fontStyle'), ['italic', 'oblique'])],
    ['u', isUnderlined('underline') || (isUnderlined('noUnderline') || isUnderlined('none') ? false : null)],
  ];
  let { styles } = outer;
  for (const [style, isOn] of changes) {
    if (isOn === false) styles = styles.filter((each) => each !== style);
    if (isOn === true && !styles.includes(style)) styles = [...styles, style];
  }
  const align = styleOf(element, 'textAlign');
  return {
    styles,
    align: typeof align === 'string' ? (ALIGNMENTS[align] ?? '') : outer.align,
    region: element.regionID || outer.region,
  };
}

const ALIGNMENTS: Readonly<Record<string, string>> = {
  ...{ start: 'align:start', left: 'align:left', end: 'align:end', right: 'align:right' },
};

function isOneOf(value: unknown, names: readonly string[]): boolean | null {
  return typeof value === 'string' ? names.includes(value) : null;
}

/** Tells whether an element is never shown, or is the small text over another. */
export function isHidden(element: TtmlElement): boolean {
  return styleOf(element, 'display') === 'none' || ANNOTATIONS.has(styleOf(element, 'ruby'));
}

const ANNOTATIONS: ReadonlySet<unknown> = new Set(['text', 'textContainer', 'delimiter']);

/**
 * Returns the style that a region gives to what is in it, and the line of WebVTT for its height in the frame: the
 * top, the middle, or for the lowest third none, since players show cues there.
 */
export function styleOfRegion(document: TtmlDocument, id: string): TtmlStyle & { readonly line: string } {
  const { regions } = document.head.layout;
  const region = id !== '' && Object.hasOwn(regions, id) ? regions[id] : undefined;
  if (region === undefined) return { ...PLAIN, line: '' };
  const top = heightOf(document, styleOf(region, 'origin')) ?? 0;
  const height = heightOf(document, styleOf(region, 'extent')) ?? 1 - top;
  const align = styleOf(region, 'displayAlign');
  const place = top + height * (align === 'after' ? 1 : align === 'center' ? 0.5 : 0);
  return { ...inherited(PLAIN, region), line: place < 1 / 3 ? 'line:0' : place < 2 / 3 ? 'line:50%' : '' };
}

/** The vertical part of an origin or an extent, in heights of the frame; null if it is not known. */
function heightOf({ pxLength, cellLength }: TtmlDocument, value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('h' in value)) return null;
  const { h } = value as { readonly h: { readonly value: number; readonly unit: string } };
  if (h.unit === '%' || h.unit === 'rh') return h.value / 100;
  if (h.unit === 'px') return pxLength.h === null ? null : h.value * pxLength.h.rh;
  return h.unit === 'c' ? h.value * cellLength.h.rh : null;
}
