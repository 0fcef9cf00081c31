/** Where ffmpeg begins to read, in seconds of the file's own clock; null for the start of what it is given. */
export type ReadFrom = {
  readonly seekSeconds: number | null;
  /** What lies before the first thing that is found is made up: copies of the first picture, silence. */
  readonly fillsFront: boolean;
};

/**
 * From the keyframe at or before the time that is sought, with nothing thrown away by ffmpeg itself: what stands at the
 * start may have been shown for long. Without a seek nothing is said of a time: `-ss 0` would skip an AAC track's
 * priming twice. The file's clock counts, not ffmpeg's, which begins elsewhere in every container.
 */
export function readingFrom({ seekSeconds }: ReadFrom): string[] {
  const seek =
    seekSeconds === null ? [] : ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', seekSeconds.toFixed(6)];
  return [...seek, '-copyts'];
}

/** One fragment a packet, written at once; `delay_moov` has the edit list that says where the first one lies. */
export function unbuffered(flags: string): string[] {
  return [
    ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...['-fflags', '+bitexact', '-flags', flags],
    ...['-movflags', '+frag_every_frame+delay_moov+default_base_moof+skip_trailer+write_colr'],
    ...['-f', 'mp4'],
  ];
}
