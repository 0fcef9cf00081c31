/** What stands before the entries in `stsd`: version and flags, and their number (ISO/IEC 14496-12 §8.5.2). */
export const STSD_HEAD_BYTES = 8;
/** The fields of a sample entry before the boxes in it (§12.1.3, §12.2.3). QuickTime's other versions of audio have more. */
export const VIDEO_HEAD_BYTES = 78;
export const AUDIO_HEAD_BYTES = 28;
