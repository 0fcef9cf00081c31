/** An element of EBML (RFC 8794) within a buffer: its data is `[start, end)`. */
export type Element = {
  readonly id: number;
  /** Start of its header. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  /** Beyond `end` if the element is cut; 0 if its size is unknown. */
  readonly declaredEnd: number;
  readonly isCut: boolean;
};

export function find(
  bytes: Uint8Array,
  parent: Pick<Element, 'start' | 'end'>,
  id: number,
): Element | undefined {
  for (const element of elements(bytes, parent.start, parent.end)) if (element.id === id) return element;
  return undefined;
}

/**
 * Yields the child elements in `[start, end)`; one that reaches beyond the bytes at hand is cut there and
 * ends the walk.
 */
export function* elements(bytes: Uint8Array, start: number, end: number): Generator<Element> {
  const stop = Math.min(end, bytes.length);
  let position = start;
  while (position < stop) {
    const id = vint(bytes, position, stop, 4, true);
    if (!id) return;
    const size = vint(bytes, position + id.length, stop, 8, false);
    if (!size) return;
    const dataStart = position + id.length + size.length;
    // All ones mean "unknown size" (RFC 8794 §6.2): the element lasts to its parent's end.
    const dataEnd = size.isUnknown ? stop : Math.min(stop, dataStart + size.value);
    yield {
      id: id.value,
      at: position,
      start: dataStart,
      end: dataEnd,
      declaredEnd: size.isUnknown ? 0 : dataStart + size.value,
      isCut: !size.isUnknown && dataStart + size.value > stop,
    };
    position = size.isUnknown ? stop : dataStart + size.value;
  }
}

export function unsigned(bytes: Uint8Array, element: Element): number {
  let value = 0;
  for (let i = element.start; i < Math.min(element.end, element.start + 8); i++)
    value = value * 256 + (bytes[i] ?? 0);
  return value;
}

export function ascii(bytes: Uint8Array, element: Element): string {
  const text = Buffer.from(
    bytes.subarray(element.start, Math.min(element.end, element.start + 256)),
  ).toString('latin1');
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** Returns the text of an element, at most its first kilobyte. */
export function utf8(bytes: Uint8Array, element: Element): string {
  const text = Buffer.from(
    bytes.subarray(element.start, Math.min(element.end, element.start + 1024)),
  ).toString();
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

function vint(bytes: Uint8Array, position: number, stop: number, maxLength: number, keepMarker: boolean) {
  const first = bytes[position];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  if (length > maxLength || position + length > stop) return null;
  let value = keepMarker ? first : first & (0xff >> length);
  let isUnknown = (first & (0xff >> length)) === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[position + i] ?? 0;
    if (byte !== 0xff) isUnknown = false;
    value = value * 256 + byte;
  }
  return { value, length, isUnknown };
}
