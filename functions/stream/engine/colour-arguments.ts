import type { ColourPlan, ColourTags } from '../plan/colour.ts';

/** ffmpeg's names for the numbers of ITU-T H.273; numbers without one are close to the first. */
const PRIMARIES = {
  1: 'bt709',
  4: 'bt470m',
  5: 'bt470bg',
  6: 'smpte170m',
  7: 'smpte240m',
  9: 'bt2020',
  11: 'smpte431',
  12: 'smpte432',
};
const MATRICES = {
  1: 'bt709',
  4: 'fcc',
  5: 'bt470bg',
  6: 'smpte170m',
  7: 'smpte240m',
  9: 'bt2020nc',
  10: 'bt2020nc',
};
const TRANSFERS = {
  1: 'bt709',
  4: 'gamma22',
  5: 'gamma28',
  6: 'smpte170m',
  7: 'smpte240m',
  13: 'iec61966-2-1',
  14: 'bt2020-10',
  15: 'bt2020-12',
  16: 'smpte2084',
  18: 'arib-std-b67',
};
/** The scaler has names of its own, BT.2020 among them. */
const SCALER_MATRICES = {
  1: 'bt709',
  4: 'fcc',
  5: 'bt601',
  6: 'bt601',
  7: 'smpte240m',
  9: 'bt2020',
  10: 'bt2020',
};

/** Of those that are encoded. */
const ZSCALE_MATRICES = { 1: '709', 5: '470bg', 6: '170m' };

type Names = Readonly<Record<number, string>> & { readonly 1: string };
const nameOf = (names: Names, number: number) => names[number] ?? names[1];

/** Returns the colours that an encoder writes into the bitstream and a muxer into the container. */
export function colourArguments({ primaries, transfer, matrix }: ColourTags): string[] {
  return [
    ...['-colorspace', String(matrix), '-color_primaries', String(primaries)],
    ...['-color_trc', String(transfer), '-color_range', 'tv'],
  ];
}

/**
 * Returns the scaler's options: from the source's range and matrix, whatever its frames say, to limited range
 * and the matrix that the next filter or the encoder expects. RGB has no matrix of its own.
 */
export function scalerColour({ source, encoded }: ColourPlan, isConverted: boolean): string {
  const own = nameOf(SCALER_MATRICES, source.matrix);
  const range = source.isFullRange ? 'pc' : 'tv';
  const matrix = isConverted ? own : nameOf(SCALER_MATRICES, encoded.matrix);
  return `in_color_matrix=${own}:in_range=${range}:out_color_matrix=${matrix}:out_range=tv`;
}

/** Returns the names of a matrix for the two filters that convert between matrices. */
export function matrixNames(matrix: number): { readonly scaler: string; readonly zscale: string } {
  return { scaler: nameOf(SCALER_MATRICES, matrix), zscale: nameOf(ZSCALE_MATRICES, matrix) };
}

/** Converts a wide gamut to the encoded one in whole numbers: the same pixels on every processor. */
export function gamutFilters({ source, encoded }: ColourPlan): string[] {
  const from = `ispace=${nameOf(MATRICES, source.matrix)}:iprimaries=${nameOf(PRIMARIES, source.primaries)}:itrc=${nameOf(TRANSFERS, source.transfer)}:irange=tv`;
  const to = `space=${nameOf(MATRICES, encoded.matrix)}:primaries=bt709:trc=bt709:range=tv`;
  return ['format=yuv420p10|yuv420p', `colorspace=${from}:${to}:format=yuv420p`];
}

/**
 * Maps PQ or HLG to standard range: linear light, Hable's curve. The input's colours are named, not guessed.
 */
export function toneMapFilters({ source, encoded }: ColourPlan): string[] {
  return [
    `zscale=tin=${nameOf(TRANSFERS, source.transfer)}:min=${nameOf(MATRICES, source.matrix)}:pin=${nameOf(PRIMARIES, source.primaries)}:rin=tv:t=linear:npl=203`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=tonemap=hable:desat=0',
    `zscale=t=bt709:m=${nameOf(MATRICES, encoded.matrix)}:r=tv`,
  ];
}
