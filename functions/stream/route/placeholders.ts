/** What stands in braces in the paths of addresses (addresses.ts). */
export const PLACEHOLDERS = {
  key: { means: 'the key of the object, slashes and all, percent-encoded where needed', type: 'string' },
  name: { means: 'the name of a module of the page, with its hash', type: 'string' },
  rendition: { means: 'the name of a rendition, as playlists have it, such as 720p', type: 'string' },
  track: { means: 'the name of a text track, as /info lists it, or chapters', type: 'string' },
  number: { means: 'counted from 0', type: 'integer' },
  from: { means: 'the first frame of a part', type: 'integer' },
  to: { means: 'the frame before which it ends', type: 'integer' },
  id: { means: 'the id of a result, as its export reports it', type: 'string' },
  extension: { means: 'the extension of the result', type: 'string' },
} as const satisfies Record<string, { readonly means: string; readonly type: 'string' | 'integer' }>;

export type Placeholder = keyof typeof PLACEHOLDERS;
