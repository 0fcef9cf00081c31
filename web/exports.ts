import { FORMAT_NAMES, type Format, isVideoFormat } from '../functions/stream/route/formats.ts';
import { type Address, pathOf } from './address.ts';
import { elements, make } from './elements.ts';
import { forgetExports, type PastExport, pastExports, rememberExport } from './export-history.ts';
import { type Course, followExport } from './follow-export.ts';

/** Each holds a connection open, of which a browser has six. */
const AT_ONCE = 3;
let underWay = 0;

/** Lets a person export what is chosen, and shows what was exported. */
export function offerExports(chosen: () => Address | null): void {
  elements.exportCard.hidden = false;
  elements.exportFormats.append(...formatButtons.map(({ button }) => button));
  for (const past of pastExports()) elements.exports.append(pastRow(past));
  showClear();
  elements.export.addEventListener('click', () => {
    const address = chosen();
    if (address !== null) begin(address, address.params);
  });
  elements.exportFormats.addEventListener('click', ({ target }) => {
    const address = chosen();
    const button = target instanceof Element ? target.closest('button') : null;
    if (button === null || button === elements.export || address === null) return;
    const params = new URLSearchParams(address.way === 'stream' ? address.params : undefined);
    params.set('format', button.value);
    // What is audio alone has no lines.
    if (!isVideoFormat(formatOf(params) ?? 'mp4'))
      for (const name of ['height', 'width']) params.delete(name);
    begin(address, params);
  });
  elements.exportsClear.addEventListener('click', () => {
    forgetExports();
    for (const row of elements.exports.querySelectorAll('.over')) row.remove();
    showClear();
  });
}

/** What each format is for, in the words of whoever wants one. */
const PURPOSES: Readonly<Record<Format, string>> = {
  mp4: 'film, plays everywhere',
  webm: 'film, free codecs',
  mp3: 'audio, plays everywhere',
  aac: 'audio, for Apple',
  opus: 'audio, small',
  flac: 'audio, lossless',
  wav: 'audio, to edit',
};

const formatButtons = FORMAT_NAMES.map((name) => {
  const purpose = make('span', 'soft', PURPOSES[name]);
  const button = make('button', 'tile', make('strong', '', name.toUpperCase()), purpose);
  button.type = 'button';
  button.value = name;
  return { name, button };
});

/** Shows the formats that a file can be exported as: a song has no video, and only a stream is asked for something. */
export function showExportFormats({ way }: Address, hasVideo: boolean): void {
  for (const element of [elements.export, elements.exportAsked]) element.hidden = way !== 'stream';
  for (const { name, button } of formatButtons) button.hidden = !hasVideo && isVideoFormat(name);
}

function formatOf(params: URLSearchParams) {
  return FORMAT_NAMES.find((each) => each === params.get('format'));
}

function begin({ way, key }: Address, params: URLSearchParams): void {
  if (isFull()) return;
  const isAsked = way === 'stream' || params.has('format');
  const address = pathOf('export', key, isAsked ? params : undefined);
  const past = { address, key, format: formatOf(params) ?? 'as it is', result: null, outcome: '' };
  const { row, shown } = rowOf(past);
  elements.exports.prepend(row);
  follow(past, shown);
  rememberExport(past);
  showClear();
}

/** Returns whether no other export can be followed now, and says so. */
function isFull(): boolean {
  const isSo = underWay >= AT_ONCE;
  elements.exportNote.textContent = isSo ? `${AT_ONCE} exports are under way: wait for one of them.` : '';
  return isSo;
}

function follow({ address }: PastExport, shown: Course): void {
  underWay += 1;
  followExport(address, shown);
}

/** Shows an export of earlier. One that the page has left goes on if a person wants it: it may begin anew. */
function pastRow(past: PastExport): HTMLElement {
  const { row, shown } = rowOf(past);
  if (past.outcome !== '') return row;
  const again = make('button', 'button slim', 'Go on');
  again.type = 'button';
  again.addEventListener('click', () => {
    if (isFull()) return;
    again.remove();
    row.classList.remove('over');
    follow(past, shown);
  });
  shown.tell('was left before its end', 0);
  row.classList.add('over');
  row.append(again);
  return row;
}

/** Shows an export: what it is, how far it is, and where the file is. */
function rowOf(past: PastExport): { readonly row: HTMLElement; readonly shown: Course } {
  const bar = make('progress', '');
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute('aria-label', `Export of ${past.key}`);
  const text = make('span', 'soft', past.outcome || 'asked for');
  const result = make('a', 'button slim', 'Download');
  const name = make('span', 'key', past.key, ' ', make('span', 'badge', past.format));
  const row = make('li', 'export', name, bar, text, result);
  const show = ({ result: address, outcome }: Pick<PastExport, 'result' | 'outcome'>) => {
    text.textContent = outcome;
    bar.hidden = true;
    result.hidden = address === null;
    if (address !== null) result.href = `${address}?download=1`;
    row.classList.add('over');
  };
  const end = (outcome: string, address: string | null) => {
    underWay -= 1;
    show({ result: address, outcome });
    rememberExport({ ...past, result: address, outcome });
  };
  result.hidden = true;
  if (past.outcome !== '') show(past);
  return {
    row,
    shown: {
      tell(said, percent) {
        text.textContent = said;
        bar.value = percent;
      },
      done: (said, address) => end(said, address),
      failed: (said) => end(said, null),
    },
  };
}

function showClear(): void {
  elements.exportsClear.hidden = elements.exports.childElementCount === 0;
}
