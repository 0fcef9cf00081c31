import type { AddressForm } from './address-form.ts';

const JSON_TYPE = 'application/json';
const HLS = 'application/vnd.apple.mpegurl';
/** Of segments. */
const MP4 = ['video/mp4', 'audio/mp4'] as const;

const versioned = (protocol: 'hls' | 'dash') =>
  [
    {
      name: `${protocol}Init`,
      path: `/${protocol}/{key}/{rendition}/init.mp4`,
      takes: 'segment',
      means: 'the init segment of a rendition',
      answers: MP4,
    },
    {
      name: `${protocol}ClipInit`,
      path: `/${protocol}/{key}/{rendition}/clip-init.mp4`,
      takes: 'segment',
      means: 'the init segment of a clip of copied video',
      answers: MP4,
    },
    {
      name: `${protocol}Segment`,
      path: `/${protocol}/{key}/{rendition}/{number}.m4s`,
      takes: 'segment',
      means: 'a segment of a rendition',
      answers: MP4,
    },
    {
      name: `${protocol}Part`,
      path: `/${protocol}/{key}/{rendition}/{from}-{to}.m4s`,
      takes: 'segment',
      means: 'the frames with which a clip begins or ends within a segment',
      answers: MP4,
    },
    {
      name: `${protocol}Subtitles`,
      path: `/${protocol}/{key}/{rendition}/subtitles.vtt`,
      takes: 'bare',
      means: 'a text track as one file',
      answers: ['text/vtt'],
    },
  ] as const;

/** The addresses that players find in playlists, manifests and indexes, by the route. */
export const FOUND_BY_PLAYERS = {
  storyboard: [
    {
      name: 'storyboardPlaylist',
      path: '/storyboard/{key}/index.m3u8',
      takes: 'sheet',
      means: 'thumbnails as an image playlist of HLS',
      answers: [HLS],
    },
    {
      name: 'storyboardIframes',
      path: '/storyboard/{key}/iframes.m3u8',
      takes: 'sheet',
      means: 'thumbnails as an I-frame playlist of HLS',
      answers: [HLS],
    },
    {
      name: 'storyboardInit',
      path: '/storyboard/{key}/init.mp4',
      takes: 'sheet',
      means: 'what precedes the thumbnails of an I-frame playlist',
      answers: MP4,
    },
    {
      name: 'storyboardIframe',
      path: '/storyboard/{key}/iframe-{number}.m4s',
      takes: 'sheet',
      means: 'a thumbnail of an I-frame playlist',
      answers: MP4,
    },
    {
      name: 'storyboardSheet',
      path: '/storyboard/{key}/{number}.jpg',
      takes: 'sheet',
      means: 'a sheet of thumbnails',
      answers: ['image/jpeg'],
    },
  ],
  hls: [
    {
      name: 'hlsChapters',
      path: '/hls/{key}/chapters.json',
      takes: 'playlist',
      means: 'the chapters',
      answers: [JSON_TYPE],
    },
    {
      name: 'hlsPlaylist',
      path: '/hls/{key}/{rendition}/index.m3u8',
      takes: 'playlist',
      means: 'the playlist of a rendition',
      answers: [HLS],
    },
    {
      name: 'hlsIframes',
      path: '/hls/{key}/{rendition}/iframes.m3u8',
      takes: 'playlist',
      means: 'the I-frame playlist of a rendition',
      answers: [HLS],
    },
    {
      name: 'hlsIframe',
      path: '/hls/{key}/{rendition}/iframe-{number}.m4s',
      takes: 'segment',
      means: 'a frame of trick play',
      answers: MP4,
    },
    {
      name: 'hlsIframePart',
      path: '/hls/{key}/{rendition}/iframe-{from}-{to}.m4s',
      takes: 'segment',
      means: 'the frame of trick play with which a clip begins',
      answers: MP4,
    },
    ...versioned('hls'),
  ],
  dash: versioned('dash'),
} as const satisfies Record<string, readonly AddressForm[]>;
