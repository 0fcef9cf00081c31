import { escapeMarkup } from '../base/escape-markup.ts';

/** Attributes of an element; those that are null are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Writes an element as text; attributes and `content` are escaped (XML 1.0 §2.4), `children` are elements.
 */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escapeMarkup(String(value))}"`);
  const start = `<${name}${list.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}
