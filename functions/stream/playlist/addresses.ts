/**
 * Addresses below a rendition's playlist, or in templates of a manifest. `version` stands for the object and
 * for how its outputs are produced, so that the content behind an address never changes.
 */
export const initAddress = (version: string) => `init.mp4?v=${version}`;
export const segmentAddress = (index: number | string, version: string) => `${index}.m4s?v=${version}`;
export const iFrameAddress = (index: number, version: string) => `iframe-${index}.m4s?v=${version}`;
