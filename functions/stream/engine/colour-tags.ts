/** How the numbers of a picture are to be read, in ffmpeg's words. */
export type ColourTags = { readonly primaries: string; readonly transfer: string; readonly matrix: string };

export const BT709: ColourTags = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709' };
