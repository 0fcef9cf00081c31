/**
 * Addresses below the playlist of a rendition, or in templates of a manifest. `version` stands for the object and what
 * is made of it, so that what is behind an address never changes.
 */
export const initAddress = (version: string) => `init.mp4?v=${version}`;
export const segmentAddress = (index: number | string, version: string) => `${index}.m4s?v=${version}`;
export const iFrameAddress = (index: number, version: string) => `iframe-${index}.m4s?v=${version}`;
