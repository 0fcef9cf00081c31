// Written from functions/stream/route by `DOCS_WRITE=1 npx mocha test/packages/*.test.ts`.

/** What each address takes: what stands in its path, and its parameters. */
export type Addresses = {
  /** `/`: the list of media; the player page for a browser */
  list: {
    /** the key after which the list goes on, as the list before it names it */
    after?: string | undefined;
  };
  /** `/health`: whether the service works, and its versions */
  health: Record<never, never>;
  /** `/openapi.json`: every address and parameter, as OpenAPI 3.1 */
  openapi: Record<never, never>;
  /** `/llms.txt`: the addresses in short, for language models */
  llms: Record<never, never>;
  /** `/assets/{name}`: a module that the page loads */
  asset: {
    /** the name of a module of the page, with its hash */
    name: string;
  };
  /** `/media/{key}`: the object's own bytes, with ranges and conditional requests */
  media: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** an MP4 whose index is at its end, with the index in front */
    faststart?: boolean | undefined;
    /** to be saved as a file */
    download?: boolean | undefined;
  };
  /** `/stream/{key}`: what a video or audio element can play from the first bytes, in the cheapest way */
  stream: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** what is sent; without it what the client plays, in the cheapest way */
    format?: 'mp4' | 'webm' | 'mp3' | 'aac' | 'opus' | 'flac' | 'wav' | undefined;
    /** lines that the upright video fits into; it is never enlarged; 16 to 4320 */
    height?: number | undefined;
    /** pixels that the upright video fits into; it is never enlarged; 16 to 7680 */
    width?: number | undefined;
    /** bits per second of the video, or of the audio if there is no video; 800k and 2.5M are understood as well; 8000 to 50000000 */
    bitrate?: number | undefined;
    /** seconds at which the part begins; 0 to 86400 */
    start?: number | undefined;
    /** seconds of the part; 0.1 to 86400 */
    duration?: number | undefined;
    /** which audio track, counted from 0; 0 to 63 */
    audio?: number | undefined;
    /** most channels of the audio: stereo, or 5.1 where the audio has it */
    channels?: 2 | 6 | undefined;
    /** so many times faster, at the same pitch; 0.5 to 3 */
    speed?: number | undefined;
    /** integrated loudness of the audio in LUFS (EBU R128); -31 to -9 */
    loudness?: number | undefined;
    /** subtitles that are drawn into the video, by the name that /info gives them */
    burn?: string | undefined;
    /** title, artist, album, cover and ReplayGain in MP3, Opus, FLAC and WAV that is encoded */
    metadata?: 'keep' | undefined;
    /** what the client plays: names of containers, video codecs and audio codecs */
    accept?: string | undefined;
  };
  /** `/play/{key}`: one address for every player: the file, what /stream sends, or the way to HLS */
  play: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
  };
  /** `/embed/{key}`: a page with a player, which pages of other origins may frame */
  embed: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** languages or names of text tracks, or none */
    subtitles?: string | number | undefined;
  };
  /** `/console/{key}`: the player page of one film or song, for who has no list; what it shows as JSON for a program */
  console: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
  };
  /** `/image/{key}`: a frame of the film; the cover art of a song */
  image: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** which frame: seconds, a share of the duration such as 50%, or the first of five that is neither black nor flat; auto without it */
    t?: string | number | undefined;
    /** the exact frame, or the keyframe at or before it, which takes less to decode; frame without it */
    nearest?: 'frame' | 'keyframe' | undefined;
    /** pixels that the upright frame fits into; it is never enlarged; 16 to 7680 */
    width?: number | undefined;
    /** pixels that the upright frame fits into; it is never enlarged; 16 to 4320 */
    height?: number | undefined;
    /** with both lengths: within them, filling their shape and cropped, or exactly that size with black bars; contain without it */
    fit?: 'contain' | 'cover' | 'pad' | undefined;
    /** auto is WebP for a client that accepts it, and JPEG for others; jpeg without it */
    format?: 'jpeg' | 'webp' | 'png' | 'auto' | undefined;
    /** of JPEG and WebP; 1 to 100 */
    quality?: number | undefined;
    /** seconds of a moving image, with format=webp; 10 at most; 0.1 to 86400 */
    duration?: number | undefined;
    /** frames a second of a moving image, with duration; 1 to 25 */
    fps?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/waveform/{key}`: the peaks of the audio */
  waveform: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** audiowaveform's JSON or binary form, plain peaks for wavesurfer.js, or a drawing; json without it */
    format?: 'json' | 'dat' | 'peaks' | 'svg' | 'png' | undefined;
    /** how many there are; 1 to 1000000 */
    points?: number | undefined;
    /** how many there are a second, instead of points; 1 to 2000 */
    'pixels-per-second'?: number | undefined;
    /** of each value, for json and dat; 8 without it */
    bits?: 8 | 16 | undefined;
    /** the channels apart, and not mixed */
    split?: boolean | undefined;
    /** pixels of a PNG from top to bottom; 16 to 2160 */
    height?: number | undefined;
    /** of a drawing: six hexadecimal digits */
    color?: string | undefined;
    /** which audio track, counted from 0; 0 to 63 */
    audio?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/storyboard/{key}/index.vtt`: thumbnails for a seek bar, as WebVTT */
  storyboard: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** most pixels of a tile's longer side; 160 without it; 16 to 640 */
    width?: number | undefined;
    /** seconds from one tile to the next; 1 to 3600 */
    interval?: number | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
    /** whether the index names sheets from the root of the host on */
    absolute?: boolean | undefined;
  };
  /** `/storyboard/{key}/index.json`: thumbnails for a seek bar, as JSON */
  storyboardJson: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** most pixels of a tile's longer side; 160 without it; 16 to 640 */
    width?: number | undefined;
    /** seconds from one tile to the next; 1 to 3600 */
    interval?: number | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
    /** whether the index names sheets from the root of the host on */
    absolute?: boolean | undefined;
  };
  /** `/storyboard/{key}/index.m3u8`: thumbnails as an image playlist of HLS */
  storyboardPlaylist: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** most pixels of a tile's longer side; 160 without it; 16 to 640 */
    width?: number | undefined;
    /** seconds from one tile to the next; 1 to 3600 */
    interval?: number | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/storyboard/{key}/iframes.m3u8`: thumbnails as an I-frame playlist of HLS */
  storyboardIframes: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** most pixels of a tile's longer side; 160 without it; 16 to 640 */
    width?: number | undefined;
    /** seconds from one tile to the next; 1 to 3600 */
    interval?: number | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/storyboard/{key}/init.mp4`: what precedes the thumbnails of an I-frame playlist */
  storyboardInit: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** most pixels of a tile's longer side; 160 without it; 16 to 640 */
    width?: number | undefined;
    /** seconds from one tile to the next; 1 to 3600 */
    interval?: number | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/storyboard/{key}/iframe-{number}.m4s`: a thumbnail of an I-frame playlist */
  storyboardIframe: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** counted from 0 */
    number: number;
    /** most pixels of a tile's longer side; 160 without it; 16 to 640 */
    width?: number | undefined;
    /** seconds from one tile to the next; 1 to 3600 */
    interval?: number | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/storyboard/{key}/{number}.jpg`: a sheet of thumbnails */
  storyboardSheet: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** counted from 0 */
    number: number;
    /** most pixels of a tile's longer side; 160 without it; 16 to 640 */
    width?: number | undefined;
    /** seconds from one tile to the next; 1 to 3600 */
    interval?: number | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/hls/{key}/master.m3u8`: adaptive HLS: renditions, audio, subtitles and trick play, produced on request */
  hls: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** least lines of the video; 1 to 4320 */
    'min-height'?: number | undefined;
    /** most lines of the video; 1 to 4320 */
    'max-height'?: number | undefined;
    /** what the file holds, what is encoded, or both; all without it */
    renditions?: 'copy' | 'encoded' | 'all' | undefined;
    /** languages or numbers of audio tracks; the first is the default */
    audio?: string | number | undefined;
    /** languages or names of text tracks, or none */
    subtitles?: string | number | undefined;
    /** which rendition comes first, with which many players begin; best-first without it */
    order?: 'best-first' | 'worst-first' | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
  };
  /** `/hls/{key}/chapters.json`: the chapters */
  hlsChapters: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
  };
  /** `/hls/{key}/{rendition}/index.m3u8`: the playlist of a rendition */
  hlsPlaylist: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
  };
  /** `/hls/{key}/{rendition}/iframes.m3u8`: the I-frame playlist of a rendition */
  hlsIframes: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
  };
  /** `/hls/{key}/{rendition}/iframe-{number}.m4s`: a frame of trick play */
  hlsIframe: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** counted from 0 */
    number: number;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/hls/{key}/{rendition}/iframe-{from}-{to}.m4s`: the frame of trick play with which a clip begins */
  hlsIframePart: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** the first frame of a part */
    from: number;
    /** the frame before which it ends */
    to: number;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/hls/{key}/{rendition}/init.mp4`: the init segment of a rendition */
  hlsInit: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/hls/{key}/{rendition}/clip-init.mp4`: the init segment of a clip of copied video */
  hlsClipInit: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/hls/{key}/{rendition}/{number}.m4s`: a segment of a rendition */
  hlsSegment: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** counted from 0 */
    number: number;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/hls/{key}/{rendition}/{from}-{to}.m4s`: the frames with which a clip begins or ends within a segment */
  hlsPart: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** the first frame of a part */
    from: number;
    /** the frame before which it ends */
    to: number;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/hls/{key}/{rendition}/subtitles.vtt`: a text track as one file */
  hlsSubtitles: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
  };
  /** `/dash/{key}/manifest.mpd`: DASH over the same segments */
  dash: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** least lines of the video; 1 to 4320 */
    'min-height'?: number | undefined;
    /** most lines of the video; 1 to 4320 */
    'max-height'?: number | undefined;
    /** what the file holds, what is encoded, or both; all without it */
    renditions?: 'copy' | 'encoded' | 'all' | undefined;
    /** languages or numbers of audio tracks; the first is the default */
    audio?: string | number | undefined;
    /** languages or names of text tracks, or none */
    subtitles?: string | number | undefined;
    /** which rendition comes first, with which many players begin; best-first without it */
    order?: 'best-first' | 'worst-first' | undefined;
    /** seconds at which the clip begins, with the frame that is shown there; 0 to 86400 */
    start?: number | undefined;
    /** seconds before which it ends, later than its start; 0 to 86400 */
    end?: number | undefined;
  };
  /** `/dash/{key}/{rendition}/init.mp4`: the init segment of a rendition */
  dashInit: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/dash/{key}/{rendition}/clip-init.mp4`: the init segment of a clip of copied video */
  dashClipInit: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/dash/{key}/{rendition}/{number}.m4s`: a segment of a rendition */
  dashSegment: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** counted from 0 */
    number: number;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/dash/{key}/{rendition}/{from}-{to}.m4s`: the frames with which a clip begins or ends within a segment */
  dashPart: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
    /** the first frame of a part */
    from: number;
    /** the frame before which it ends */
    to: number;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/dash/{key}/{rendition}/subtitles.vtt`: a text track as one file */
  dashSubtitles: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a rendition, as playlists have it, such as 720p */
    rendition: string;
  };
  /** `/export/{key}`: produces a complete file, reports progress, and then its address */
  export: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** what is sent; without it what the client plays, in the cheapest way */
    format?: 'mp4' | 'webm' | 'mp3' | 'aac' | 'opus' | 'flac' | 'wav' | undefined;
    /** lines that the upright video fits into; it is never enlarged; 16 to 4320 */
    height?: number | undefined;
    /** pixels that the upright video fits into; it is never enlarged; 16 to 7680 */
    width?: number | undefined;
    /** bits per second of the video, or of the audio if there is no video; 800k and 2.5M are understood as well; 8000 to 50000000 */
    bitrate?: number | undefined;
    /** seconds at which the part begins; 0 to 86400 */
    start?: number | undefined;
    /** seconds of the part; 0.1 to 86400 */
    duration?: number | undefined;
    /** which audio track, counted from 0; 0 to 63 */
    audio?: number | undefined;
    /** most channels of the audio: stereo, or 5.1 where the audio has it */
    channels?: 2 | 6 | undefined;
    /** so many times faster, at the same pitch; 0.5 to 3 */
    speed?: number | undefined;
    /** integrated loudness of the audio in LUFS (EBU R128); -31 to -9 */
    loudness?: number | undefined;
    /** subtitles that are drawn into the video, by the name that /info gives them */
    burn?: string | undefined;
    /** title, artist, album, cover and ReplayGain in MP3, Opus, FLAC and WAV that is encoded */
    metadata?: 'keep' | undefined;
    /** what the client plays: names of containers, video codecs and audio codecs */
    accept?: string | undefined;
  };
  /** `/key/{key}/content.key`: the key of encrypted segments, as playlists name it */
  contentKey: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/key/{key}/license.json`: the same key as a license of Clear Key */
  contentKeyLicense: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the version of the object, as /info names it: the answer may be cached for ever, and is 404 once the object was replaced */
    v?: string | undefined;
  };
  /** `/made/{key}/{id}.{extension}`: the result of an export, with ranges and conditional requests */
  made: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the id of a result, as its export reports it */
    id: string;
    /** the extension of the result */
    extension: string;
    /** to be saved as a file */
    download?: boolean | undefined;
  };
  /** `/subtitles/{key}/{track}.vtt`: one text track, out of the film or out of a file beside it */
  subtitles: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
    /** the name of a text track, as /info lists it, or chapters */
    track: string;
    /** seconds at which the part begins; its cues count from there; 0 to 86400 */
    start?: number | undefined;
    /** seconds of the part; 0.1 to 86400 */
    duration?: number | undefined;
  };
  /** `/upload/{key}`: how a new object is added, where the operator has switched that on */
  upload: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
  };
  /** `/info/{key}`: tracks, duration, and what each address would do, why, and at what cost */
  info: {
    /** the key of the object, slashes and all, percent-encoded where needed */
    key: string;
  };
};

/** The path of each address, with the names of what stands in it. */
export const PATHS: { readonly [Name in keyof Addresses]: string } = {
  list: '/',
  health: '/health',
  openapi: '/openapi.json',
  llms: '/llms.txt',
  asset: '/assets/{name}',
  media: '/media/{key}',
  stream: '/stream/{key}',
  play: '/play/{key}',
  embed: '/embed/{key}',
  console: '/console/{key}',
  image: '/image/{key}',
  waveform: '/waveform/{key}',
  storyboard: '/storyboard/{key}/index.vtt',
  storyboardJson: '/storyboard/{key}/index.json',
  storyboardPlaylist: '/storyboard/{key}/index.m3u8',
  storyboardIframes: '/storyboard/{key}/iframes.m3u8',
  storyboardInit: '/storyboard/{key}/init.mp4',
  storyboardIframe: '/storyboard/{key}/iframe-{number}.m4s',
  storyboardSheet: '/storyboard/{key}/{number}.jpg',
  hls: '/hls/{key}/master.m3u8',
  hlsChapters: '/hls/{key}/chapters.json',
  hlsPlaylist: '/hls/{key}/{rendition}/index.m3u8',
  hlsIframes: '/hls/{key}/{rendition}/iframes.m3u8',
  hlsIframe: '/hls/{key}/{rendition}/iframe-{number}.m4s',
  hlsIframePart: '/hls/{key}/{rendition}/iframe-{from}-{to}.m4s',
  hlsInit: '/hls/{key}/{rendition}/init.mp4',
  hlsClipInit: '/hls/{key}/{rendition}/clip-init.mp4',
  hlsSegment: '/hls/{key}/{rendition}/{number}.m4s',
  hlsPart: '/hls/{key}/{rendition}/{from}-{to}.m4s',
  hlsSubtitles: '/hls/{key}/{rendition}/subtitles.vtt',
  dash: '/dash/{key}/manifest.mpd',
  dashInit: '/dash/{key}/{rendition}/init.mp4',
  dashClipInit: '/dash/{key}/{rendition}/clip-init.mp4',
  dashSegment: '/dash/{key}/{rendition}/{number}.m4s',
  dashPart: '/dash/{key}/{rendition}/{from}-{to}.m4s',
  dashSubtitles: '/dash/{key}/{rendition}/subtitles.vtt',
  export: '/export/{key}',
  contentKey: '/key/{key}/content.key',
  contentKeyLicense: '/key/{key}/license.json',
  made: '/made/{key}/{id}.{extension}',
  subtitles: '/subtitles/{key}/{track}.vtt',
  upload: '/upload/{key}',
  info: '/info/{key}',
};
