import type { Size } from '../model/size.ts';
import { videoSampleEntry } from './codec-entry.ts';
import { type TrackHead, WITHOUT_PLACE } from './track-boxes.ts';

/** Describes a track whose samples are JPEG images of one size. */
export function jpegTrack({ width, height }: Size, timescale: number): TrackHead {
  const video = {
    ...{ codedWidth: width, codedHeight: height, squareWidth: width, squareHeight: height },
    colour: null,
  };
  return {
    kind: 'video',
    timescale,
    sampleEntry: videoSampleEntry('mjpg', video, new Uint8Array()),
    language: 'und',
    ...{ width, height, ...WITHOUT_PLACE },
  };
}
