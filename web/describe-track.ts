import type { Track, VideoTrack } from '../functions/stream/media/model/media.ts';
import { layout, rate } from './words.ts';

/** Returns whether a track is a video, and not the cover image of a song. */
export function isFilm(track: Track): track is VideoTrack {
  return track.kind === 'video' && !track.isCoverArt;
}

/** Describes a track in one line: `Video: h264 (avc1.640028), 1920 × 1080, 30 frames/s`. */
export function describeTrack(track: Track): string {
  const name = track.kind === 'video' && track.isCoverArt ? 'cover art' : track.kind;
  const codecString = 'codecString' in track ? track.codecString : null;
  const parts = [
    codecString ? `${track.codec} (${codecString})` : track.codec,
    ...(track.kind === 'video' ? describeVideo(track) : []),
    ...(track.kind === 'audio' ? [layout(track.channels), `${track.sampleRate / 1000} kHz`] : []),
  ];
  if (track.bitrate) parts.push(rate(track.bitrate));
  if (track.language && track.language !== 'und') parts.push(track.language);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${parts.join(', ')}`;
}

function describeVideo(track: VideoTrack): readonly string[] {
  const { frameRate, displayWidth, displayHeight, codedWidth, codedHeight } = track;
  const parts = [`${displayWidth} × ${displayHeight}`];
  if (codedWidth !== displayWidth || codedHeight !== displayHeight) {
    parts.push(`coded ${codedWidth} × ${codedHeight}`);
  }
  if (frameRate) {
    const perSecond = (frameRate.numerator / frameRate.denominator).toFixed(3).replace(/\.?0+$/, '');
    parts.push(`${perSecond} frames/s${frameRate.constant ? '' : ' on average'}`);
  }
  if (track.bitDepth) parts.push(`${track.bitDepth} bit`);
  if (track.chroma) parts.push(track.chroma);
  if (track.dynamicRange && track.dynamicRange !== 'sdr') {
    parts.push(`HDR (${track.dynamicRange.toUpperCase()})`);
  }
  if (track.interlaced) parts.push('interlaced');
  if (track.rotation) parts.push(`turned ${track.rotation}°`);
  if (track.mirrored) parts.push('mirrored');
  return parts;
}
