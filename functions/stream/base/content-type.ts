/**
 * Returns the Content-Type of a key, by its extension. Only media, images and subtitles are ever shown
 * inline: the type that an object claims is not trusted, since a stored HTML page would run in the service's
 * origin.
 */
export function contentTypeOf(key: string): { readonly type: string; readonly inline: boolean } {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(key)?.[1]?.toLowerCase() ?? '';
  const type = INLINE_TYPES.get(extension);
  return type === undefined ? { type: 'application/octet-stream', inline: false } : { type, inline: true };
}

/** Builds the header by RFC 6266, with RFC 8187 for names beyond ASCII. */
export function contentDisposition(key: string, kind: 'attachment' | 'inline' = 'attachment'): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const extended = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return ascii === name
    ? `${kind}; filename="${ascii}"`
    : `${kind}; filename="${ascii}"; filename*=UTF-8''${extended}`;
}

/** Tells whether a key has the extension of media that Sluice may play. */
export function isMediaKey(key: string): boolean {
  return /^(audio|video)\//.test(contentTypeOf(key).type);
}

/** The types that are shown inline, by extension in lower case. */
export const INLINE_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'video/mp4': 'mp4 m4v',
    'video/quicktime': 'mov qt',
    'video/webm': 'webm',
    'video/matroska': 'mkv',
    'video/mp2t': 'ts m2ts mts',
    'video/mpeg': 'mpg mpeg m2v vob',
    'video/x-msvideo': 'avi',
    'video/x-flv': 'flv',
    'video/x-ms-wmv': 'wmv',
    'video/ogg': 'ogv',
    'video/3gpp': '3gp',
    'video/3gpp2': '3g2',
    'audio/mp4': 'm4a m4b',
    'audio/mpeg': 'mp3 mp2',
    'audio/aac': 'aac',
    'audio/ogg': 'ogg oga opus spx',
    'audio/webm': 'weba',
    'audio/flac': 'flac',
    'audio/wav': 'wav',
    'audio/aiff': 'aif aiff',
    'audio/amr': 'amr',
    'audio/x-ms-wma': 'wma',
    'audio/matroska': 'mka',
    'audio/x-caf': 'caf',
    'image/jpeg': 'jpg jpeg',
    'image/png': 'png',
    'image/webp': 'webp',
    'image/avif': 'avif',
    'image/gif': 'gif',
    'text/vtt': 'vtt',
    'application/x-subrip': 'srt',
  }).flatMap(([type, extensions]) => extensions.split(' ').map((extension) => [extension, type] as const)),
);
