import { isMediaKey } from '../base/content-type.ts';
import { knownLanguage } from '../media/model/label.ts';
import { TEXT_FORMATS, type TextFormat } from '../media/text/formats.ts';
import type { ListedObject } from '../source/listing.ts';

/** A subtitle file beside a film, by its name alone: `film.en.vtt`, `film.de.forced.srt`, `film.en.sdh.srt`. */
export type Sidecar = {
  readonly key: string;
  readonly sizeBytes: number;
  readonly format: TextFormat;
  /** What stands between the film's name and the extension, such as `en.sdh`; empty for none. */
  readonly suffix: string;
  readonly language: string | null;
  readonly title: string | null;
  readonly isForced: boolean;
  readonly isForHearingImpaired: boolean;
  readonly isDefault: boolean;
};

/** The beginning that the keys of a film's sidecars have in common: its own key up to the extension. */
export function sidecarPrefix(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return `${dot <= 0 ? key : key.slice(0, key.length - name.length + dot)}.`;
}

/** Returns the subtitle files among the objects beside a film, in the order of their keys. */
export function sidecarsAmong(key: string, objects: readonly ListedObject[]): readonly Sidecar[] {
  const prefix = sidecarPrefix(key);
  // `film.director.srt` belongs to `film.director.mkv`, if there is one.
  const others = objects
    .filter((object) => object.key !== key && isMediaKey(object.key) && !isText(object.key))
    .map((object) => sidecarPrefix(object.key))
    .filter((other) => other !== prefix);
  return objects.flatMap((object) => {
    if (others.some((other) => object.key.startsWith(other))) return [];
    const parts = object.key.slice(prefix.length).split('.');
    const extension = parts.pop()?.toLowerCase() ?? '';
    const format = formatOf(extension);
    if (!object.key.startsWith(prefix) || format === null || object.key === key) return [];
    return [{ ...object, format, suffix: parts.join('.'), ...labelOf(parts) }];
  });
}

function isText(key: string): boolean {
  return formatOf(key.slice(key.lastIndexOf('.') + 1).toLowerCase()) !== null;
}

function formatOf(extension: string): TextFormat | null {
  const formats = Object.keys(TEXT_FORMATS) as TextFormat[];
  return (
    formats.find((format) => [...TEXT_FORMATS[format].extensions].some((own) => own === extension)) ?? null
  );
}

const FORCED = new Set(['forced', 'foreign']);
const FOR_HEARING_IMPAIRED = new Set(['sdh', 'cc']);

function labelOf(parts: readonly string[]): Omit<Sidecar, 'key' | 'sizeBytes' | 'format' | 'suffix'> {
  let language: string | null = null;
  let [isForced, isForHearingImpaired, isDefault] = [false, false, false];
  const rest: string[] = [];
  for (const part of parts) {
    const word = part.toLowerCase();
    if (FORCED.has(word)) isForced = true;
    else if (FOR_HEARING_IMPAIRED.has(word)) isForHearingImpaired = true;
    else if (word === 'default') isDefault = true;
    else if (language === null && isLanguage(part)) language = part.replaceAll('_', '-');
    else rest.push(part);
  }
  const title = rest.join(' ').trim();
  return { language, title: title === '' ? null : title, isForced, isForHearingImpaired, isDefault };
}

/** Tells whether a part of a name is a language: `en`, `eng`, `pt-BR`, `zh_Hant`. */
function isLanguage(part: string): boolean {
  const code = part.replaceAll('_', '-');
  if (knownLanguage(code) === null) return false;
  try {
    return new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(code) !== undefined;
  } catch {
    return false;
  }
}
