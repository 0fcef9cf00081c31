/** Where ffmpeg begins to read, in seconds of the file's own clock; null for the start of its input. */
export type ReadFrom = {
  readonly seekSeconds: number | null;
  /** Fills the time before the first decoded frame with copies of it, or with silence. */
  readonly fillsFront: boolean;
};

/**
 * Returns arguments that read from the keyframe at or before the sought time, of which ffmpeg itself drops
 * nothing: the frame at the start may have been shown for long. Without a seek, no time is given: `-ss 0`
 * would skip an AAC track's priming twice. The file's clock counts, not ffmpeg's, which begins elsewhere in
 * every container.
 */
export function readingFrom({ seekSeconds }: ReadFrom): string[] {
  const seek =
    seekSeconds === null ? [] : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seekSeconds.toFixed(6)];
  return [...seek, '-copyts'];
}

/**
 * Returns arguments for one fragment a packet, written at once; `delay_moov` writes the edit list that tells
 * where the first packet lies.
 */
export function unbuffered(flags: string): string[] {
  return [
    ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...['-fflags', '+bitexact', '-flags', flags],
    ...['-movflags', '+frag_every_frame+delay_moov+default_base_moof+skip_trailer+write_colr'],
    ...['-f', 'mp4'],
  ];
}
