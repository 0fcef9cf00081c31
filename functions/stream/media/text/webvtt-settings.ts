const PERCENTAGE = String.raw`(?:100(?:\.0{1,9})?|\d{1,2}(?:\.\d{1,9})?)%`;

/** The settings of a cue (W3C WebVTT §4.4) but for the region, since regions are left out. */
const SETTINGS: Readonly<Record<string, RegExp>> = {
  vertical: /^(?:rl|lr)$/,
  line: new RegExp(String.raw`^(?:-?\d{1,4}|${PERCENTAGE})(?:,(?:start|center|end))?$`),
  position: new RegExp(`^${PERCENTAGE}(?:,(?:line-left|center|line-right))?$`),
  size: new RegExp(`^${PERCENTAGE}$`),
  align: /^(?:start|center|end|left|right)$/,
};

/** Returns the settings that are valid, in their order, each once; the last of one name counts. */
export function validSettings(text: string): string {
  const settings = new Map<string, string>();
  for (const setting of text.slice(0, MOST_CHARACTERS).split(/\s+/)) {
    const colon = setting.indexOf(':');
    const name = setting.slice(0, Math.max(0, colon));
    // Early drafts had `middle`, which players of today ignore.
    const value = setting === 'align:middle' ? 'center' : setting.slice(colon + 1);
    if (Object.hasOwn(SETTINGS, name) && SETTINGS[name]?.test(value)) settings.set(name, value);
  }
  return [...settings].map(([name, value]) => `${name}:${value}`).join(' ');
}

const MOST_CHARACTERS = 500;
