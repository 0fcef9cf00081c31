import { expiryOf } from '../packages/client/src/token.ts';
import { pathOf, TOKEN } from './address.ts';
import { copyText } from './copy-text.ts';
import { elements } from './elements.ts';

export type Shared = {
  readonly key: string;
  /** The address of what the player shows now; null if there is no image. */
  readonly image: () => string | null;
};

/** Lets a person copy a link to what is shown, which opens it as this page was opened, and the address of its image. */
export function offerLinks(shared: () => Shared | null): void {
  elements.linkCopy.addEventListener('click', () => {
    const key = shared()?.key;
    if (key !== undefined) void copy(absolute(pathOf('console', key)));
  });
  elements.imageCopy.addEventListener('click', () => {
    const image = shared()?.image() ?? null;
    if (image !== null) void copy(image);
  });
}

export const absolute = (address: string) => new URL(address, location.href).href;

/** Returns until when the token of this page opens what it has handed out; empty on a service that is open. */
export function untilWhen(): string {
  if (TOKEN === null) return '';
  const end = new Date(expiryOf(TOKEN) * 1000);
  return ` It opens until ${end.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}.`;
}

async function copy(address: string): Promise<void> {
  const { linkCopied } = elements;
  // Without the clipboard, a person copies what stands here.
  linkCopied.textContent = address;
  if (await copyText(address, linkCopied)) linkCopied.textContent = `Copied.${untilWhen()}`;
}
