import { type Box, childBoxes, findBox } from '../boxes/boxes.ts';

/** The box of a value whose name is text (Apple's `com.apple.iTunes` names ReplayGain so). */
const FREE_FORM = '----';
/** `meta`, `name` and `data` begin with version and flags; `data` has a locale as well. */
const FULL_BOX_BYTES = 4;
const DATA_HEAD_BYTES = 8;
const MOST_TEXT_BYTES = 200;

/** Reads values with names of their own in the list of an MP4's metadata; empty without one, or in what is not boxes. */
export function readFreeForm(moov: Buffer, top: Pick<Box, 'body' | 'end'>): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  try {
    const meta = findBox(moov, top, 'udta', 'meta');
    const list = meta && findBox(moov, { body: meta.body + FULL_BOX_BYTES, end: meta.end }, 'ilst');
    for (const item of list ? childBoxes(moov, list.body, list.end) : []) {
      if (item.type !== FREE_FORM) continue;
      const [name, data] = [findBox(moov, item, 'name'), findBox(moov, item, 'data')];
      if (name && data) texts.set(textIn(moov, name, FULL_BOX_BYTES), textIn(moov, data, DATA_HEAD_BYTES));
    }
  } catch {
    // What could be read before is as good as without the rest.
  }
  return texts;
}

function textIn(bytes: Buffer, { body, end }: Box, headBytes: number): string {
  return bytes.toString('utf8', body + headBytes, Math.min(end, body + headBytes + MOST_TEXT_BYTES));
}
