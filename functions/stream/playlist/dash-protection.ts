import { escapeMarkup } from '../base/escape-markup.ts';
import type { ContentKey } from '../plan/content-key.ts';
import { element } from './xml.ts';

/** How players of DASH find the key of a film. */
export type DashProtection = {
  readonly contentKey: ContentKey;
  /** Where they ask for a license: from the root on, since players resolve nothing against the manifest. */
  readonly licenseAddress: string;
};

/** The namespaces of the elements below, on the root. */
export const PROTECTION_NAMESPACES = {
  'xmlns:cenc': 'urn:mpeg:cenc:2013',
  'xmlns:dashif': 'https://dashif.org/CPS',
} as const;

/** Clear Key, as DASH-IF names it; shaka-player gives up at another name of it without an address. */
const CLEAR_KEY = 'urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e';

/**
 * Writes what each set says of its encryption (ISO/IEC 23009-1 §5.8.4.1; ISO/IEC 23001-7 §11). Without the `pssh` that init
 * segments have: dash.js makes its own of the key id, and of one in the manifest what Chromium refuses.
 */
export function protectionElements(protection: DashProtection | null): readonly string[] {
  if (protection === null) return [];
  const { contentKey, licenseAddress } = protection;
  return [
    element('ContentProtection', {
      schemeIdUri: 'urn:mpeg:dash:mp4protection:2011',
      value: contentKey.scheme,
      'cenc:default_KID': uuid(contentKey.id),
    }),
    element('ContentProtection', { schemeIdUri: CLEAR_KEY, value: 'ClearKey1.0' }, [
      `<dashif:Laurl>${escapeMarkup(licenseAddress)}</dashif:Laurl>`,
    ]),
  ];
}

function uuid(id: Uint8Array): string {
  const hex = Buffer.from(id).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
