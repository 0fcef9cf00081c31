import imsc, { type TtmlDocument, type TtmlElement } from 'imsc/src/main/js/doc.js';
import { roundedSeconds } from '../../base/rounded-seconds.ts';
import { boundedRun } from './bounded-run.ts';
import { type Cue, MAX_CUES, type ParsedText, tooManyCues } from './cue.ts';
import { cueText, type Run } from './markup.ts';
import { cleanTtml } from './ttml-clean.ts';
import { inherited, isHidden, PLAIN, styleOfRegion, type TtmlStyle } from './ttml-styles.ts';

/**
 * Reads TTML and its profiles (IMSC, EBU-TT-D, DFXP): the text of each paragraph, one cue for each time that it
 * changes within. Throws `too-large`, `unsupported-media` if it takes too long, and `damaged-media` for what is no
 * TTML.
 */
export function parseTtml(text: string): ParsedText {
  return boundedRun(() => {
    const document = imsc.fromXML(cleanTtml(text));
    const cues: Cue[] = [];
    let skipped = 0;
    for (const paragraph of paragraphsOf(document)) {
      if (paragraph.element.end < paragraph.element.begin) skipped++;
      else addCues(document, paragraph, cues);
      if (cues.length > MAX_CUES) throw tooManyCues();
    }
    return { cues, skipped };
  });
}

/** An element with what it inherits, and the times within which it is shown. */
type Placed = {
  readonly element: TtmlElement;
  readonly style: TtmlStyle;
  readonly begin: number;
  readonly end: number;
};

function* paragraphsOf(document: TtmlDocument): Generator<Placed> {
  if (document.body === null) return;
  const start: Placed = { element: document.body, style: PLAIN, begin: 0, end: LAST_SECONDS };
  yield* paragraphsIn(place(start, document.body));
}

function* paragraphsIn(placed: Placed): Generator<Placed> {
  if (isHidden(placed.element)) return;
  if (placed.element.kind === 'p') yield placed;
  else
    for (const child of placed.element.contents ?? []) if (child) yield* paragraphsIn(place(placed, child));
}

/** Where a text ends that has no end: players take hours of two digits. */
const LAST_SECONDS = 359_999.999;

function place(outer: Placed, element: TtmlElement): Placed {
  return {
    element,
    style: inherited(outer.style, element),
    begin: Math.max(outer.begin, element.begin),
    end: Math.min(outer.end, element.end),
  };
}

type Leaf = Run & { readonly begin: number; readonly end: number };

function addCues(document: TtmlDocument, paragraph: Placed, cues: Cue[]): void {
  const region = styleOfRegion(document, paragraph.style.region);
  // The region's styles lie outside of those of the paragraph, and are seldom set.
  const styles = region.styles.filter((style) => !paragraph.style.styles.includes(style));
  const settings = [region.line, paragraph.style.align || region.align]
    .filter((each) => each !== '')
    .join(' ');
  const leaves = [...leavesOf(paragraph)];
  const times = [...new Set(leaves.flatMap(({ begin, end }) => [begin, end]))].sort((a, b) => a - b);
  for (const [i, begin] of times.entries()) {
    const end = times[i + 1];
    if (end === undefined) break;
    const shown = leaves.filter((leaf) => leaf.begin <= begin && leaf.end >= end);
    const text = cueText(shown.map((leaf) => ({ text: leaf.text, styles: [...styles, ...leaf.styles] })));
    const last = cues.at(-1);
    const [startSeconds, endSeconds] = [roundedSeconds(begin), roundedSeconds(end)];
    if (i > 0 && last?.text === text && last.endSeconds === startSeconds)
      cues[cues.length - 1] = { ...last, endSeconds };
    else if (text !== '') cues.push({ startSeconds, endSeconds, text, settings });
  }
}

/** Yields the texts and line breaks of a paragraph that are shown at some time. */
function* leavesOf(placed: Placed): Generator<Leaf> {
  const { element, style, begin, end } = placed;
  if (!(end > begin) || !Number.isFinite(begin) || isHidden(element)) return;
  if (element.kind === 'br') yield { text: '\n', styles: [], begin, end };
  else if (element.text !== undefined) {
    const text = element.space === 'preserve' ? element.text : element.text.replace(/[ \t\r\n]+/g, ' ');
    yield { text, styles: style.styles, begin, end };
  } else for (const child of element.contents ?? []) if (child) yield* leavesOf(place(placed, child));
}
