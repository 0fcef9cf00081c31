import { parse } from 'ass-compiler';
import type { Style } from './markup.ts';
import { keyOfSsa } from './positions.ts';

/** What an ASS or SSA file says before its dialogues. */
export type AssHeader = {
  /** The fields of a dialogue, with commas between them. */
  readonly format: string;
  /** The size that positions are in. */
  readonly width: number;
  readonly height: number;
  /** Whether `\n` breaks a line as `\N` does. */
  readonly breaksAtSmallN: boolean;
  /** Returns the style of a name, or the default one. */
  readonly styleOf: (name: string) => AssStyle;
};

export type AssStyle = {
  readonly styles: readonly Style[];
  /** The place on the numeric keypad, as in `\an`. */
  readonly key: number;
};

export function readAssHeader(lines: readonly string[]): AssHeader {
  const info = new Map<string, string>();
  const styles = new Map<string, AssStyle>();
  let section: string | undefined;
  let format = EVENT_FORMAT;
  let styleFormat = STYLE_FORMAT;
  for (const line of lines) {
    if (line.length > MOST_CHARACTERS) continue;
    const [, name] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    if (name !== undefined) section = name.toLowerCase();
    const [, field, text = ''] = /^\s*(\w{1,30})\s*:(.*)$/.exec(line) ?? [];
    const key = field?.toLowerCase();
    const value = text.replace(/\s+/g, ' ').trim();
    if (key === undefined) continue;
    if (section === 'script info') info.set(key, value);
    else if (section === 'events' && key === 'format') format = value;
    else if (section === 'v4 styles' || section === 'v4+ styles') {
      if (key === 'format') styleFormat = value;
      if (key === 'style' && styles.size < MOST_STYLES) {
        const [styleName, style] = parseStyle(styleFormat, value, section === 'v4 styles');
        styles.set(styleName, style);
      }
    }
  }
  const fallback = styles.get('Default') ?? { styles: [], key: 2 };
  const [width, height] = [sizeOf(info.get('playresx')), sizeOf(info.get('playresy'))];
  return {
    format,
    // A script without a size has that of the first players.
    ...(width > 0 && height > 0 ? { width, height } : { width: 384, height: 288 }),
    breaksAtSmallN: info.get('wrapstyle') === '2',
    styleOf: (name) => styles.get(nameOf(name)) ?? fallback,
  };
}

/** Lines of headers are shorter, and there are fewer styles, in any file that a program wrote. */
const MOST_CHARACTERS = 2_000;
const MOST_STYLES = 5_000;

const EVENT_FORMAT = 'Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text';
const STYLE_FORMAT =
  'Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, ' +
  'StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, ' +
  'Encoding';

function parseStyle(format: string, value: string, isSsa: boolean): readonly [name: string, style: AssStyle] {
  const { styles } = parse(`[V4+ Styles]\nFormat: ${format}\nStyle: ${value}`);
  const { Name = '', Bold, Italic, Underline, Alignment } = { ...styles.style[0] };
  const alignment = Number(Alignment ?? 2);
  return [
    nameOf(Name),
    {
      styles: [
        ...(isOn(Bold) ? (['b'] as const) : []),
        ...(isOn(Italic) ? (['i'] as const) : []),
        ...(isOn(Underline) ? (['u'] as const) : []),
      ],
      key: isSsa ? keyOfSsa(alignment) : alignment,
    },
  ];
}

/** -1 as a rule, or 1. */
function isOn(value: string | undefined): boolean {
  return Boolean(Number(value ?? 0));
}

/** Some names begin with stars, which Aegisub writes before those of its own. */
function nameOf(name: string): string {
  return name.replace(/^\*{1,9}/, '').trim();
}

function sizeOf(value: string | undefined): number {
  const size = Number(value ?? 0);
  return Number.isFinite(size) ? size : 0;
}
