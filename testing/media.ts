import type { AudioTrack, Media, VideoTrack } from '../functions/stream/media/model/media.ts';
import type { Probed } from '../functions/stream/media/probe/probe.ts';

/** Synthetic probe results for tests of pure decisions; each field can be set. */
export function film(over: Partial<VideoTrack> = {}): VideoTrack {
  return {
    kind: 'video',
    crop: null,
    index: 0,
    stream: `i:${(over.index ?? 0) + 1}`,
    undecodable: null,
    language: null,
    startSeconds: 0,
    durationSeconds: 10,
    isDefault: true,
    bitrate: 2_000_000,
    codec: 'h264',
    codecName: null,
    codecString: 'avc1.640028',
    codedWidth: 1280,
    codedHeight: 720,
    displayWidth: 1280,
    displayHeight: 720,
    rotation: 0,
    mirrored: false,
    frameRate: { numerator: 24, denominator: 1, constant: true },
    bitDepth: 8,
    chroma: '4:2:0',
    dynamicRange: 'sdr',
    colour: null,
    interlaced: false,
    isCoverArt: false,
    ...over,
  };
}

export function audioTrack(over: Partial<AudioTrack> = {}): AudioTrack {
  return {
    kind: 'audio',
    index: 1,
    stream: `i:${(over.index ?? 1) + 1}`,
    undecodable: null,
    language: null,
    startSeconds: 0,
    durationSeconds: 10,
    isDefault: true,
    bitrate: 128_000,
    codec: 'aac',
    codecName: null,
    codecString: 'mp4a.40.2',
    channels: 2,
    sampleRate: 48_000,
    bitsPerSample: null,
    title: null,
    purpose: 'main',
    codecDelaySeconds: 0,
    ...over,
  };
}

export function mediaOf(tracks: Media['tracks'], over: Partial<Media> = {}): Media {
  return {
    container: 'mp4',
    durationSeconds: 10,
    originSeconds: 0,
    tracks,
    layout: { fragmented: false, moovAtEnd: false, hasLocation: false },
    ...over,
  };
}

/** Media without any obstacle. */
export function probedOf(media: Media): Probed {
  return {
    media,
    movie: null,
    originalObstacle: null,
    endsEarly: false,
    clock: null,
    remuxObstacle: () => null,
  };
}
