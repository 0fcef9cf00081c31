import type { Scheme } from '../functions/stream/base/encryption-schemes.ts';

/** What a snippet is for. Addresses are absolute. */
export type SnippetSubject = {
  readonly key: string;
  readonly isSong: boolean;
  /** What a media element plays anywhere. */
  readonly address: string;
  readonly hls: string;
  readonly media: string;
  /** Null if there is none. */
  readonly poster: string | null;
  /** Of a thumbnail or a cover; null if there is none. */
  readonly image: string | null;
  /** The page with a player; null if no page may frame it. */
  readonly embed: string | null;
  /** The page of this film or song alone, opened as this one is. */
  readonly page: string;
  /** The origin of the service. */
  readonly origin: string;
  /** What opens the addresses of a closed service; null for an open one. */
  readonly token: string | null;
  /** How the service sends films encrypted; null if in the clear. */
  readonly encryption: Scheme | null;
};

const NEED_NO_FILM = ['Thumbnail', 'Signed link', 'sluice sign'];

/** What plays a film that is sent encrypted (docs/encryption.md). */
const PLAYS_ENCRYPTED = {
  'aes-128': [
    ...[
      '<sluice-player>',
      'Embed',
      'hls.js',
      'video.js',
      'React',
      'AVPlayer (Swift)',
      'Media3 (Kotlin)',
      'yt-dlp',
    ],
    ...NEED_NO_FILM,
  ],
  cbcs: ['<sluice-player>', 'Embed', ...NEED_NO_FILM],
} as const satisfies Record<Scheme, readonly string[]>;

/** How the media is played elsewhere, by the name of the place. */
export function snippetsOf(subject: SnippetSubject): ReadonlyMap<string, string> {
  const { encryption } = subject;
  const all = allSnippets(subject);
  if (encryption === null) return all;
  const playing: readonly string[] = PLAYS_ENCRYPTED[encryption];
  return new Map([...all].filter(([name]) => playing.includes(name)));
}

function allSnippets(subject: SnippetSubject): ReadonlyMap<string, string> {
  const { key, isSong } = subject;
  const { address, hls, media } = {
    address: quotable(subject.address),
    hls: quotable(subject.hls),
    media: quotable(subject.media),
  };
  const element = isSong ? 'audio' : 'video';
  const poster = isSong || subject.poster === null ? '' : ` poster="${attribute(quotable(subject.poster))}"`;
  const name = key.slice(key.lastIndexOf('/') + 1);
  const token = subject.token === null ? '' : ` token="${subject.token}"`;
  return new Map([
    ['HTML', `<${element} src="${attribute(address)}"${poster} controls playsinline></${element}>`],
    [
      '<sluice-player>',
      `<script type="module">
  import 'sluice-player';
</script>
<sluice-player src="${attribute(key)}" base="${subject.origin}"${token}></sluice-player>`,
    ],
    ...(subject.embed === null
      ? []
      : [['Embed', frameOf(quotable(subject.embed), name, subject.encryption)] as const]),
    [
      'hls.js',
      `import Hls from 'hls.js';

const hls = new Hls({ maxBufferLength: 30, maxMaxBufferLength: 30 });
hls.loadSource('${hls}');
hls.attachMedia(document.querySelector('${element}'));`,
    ],
    [
      'video.js',
      `<${element} id="player" class="video-js" controls></${element}>
<script>
  videojs('player', { sources: [{ src: '${hls}', type: 'application/x-mpegURL' }] });
</script>`,
    ],
    [
      'React',
      `import Hls from 'hls.js';
import { useEffect, useRef } from 'react';

export function Player() {
  const element = useRef(null);
  useEffect(() => {
    const hls = new Hls({ maxBufferLength: 30, maxMaxBufferLength: 30 });
    hls.loadSource('${hls}');
    hls.attachMedia(element.current);
    return () => hls.destroy();
  }, []);
  return <${element} ref={element} controls playsInline />;
}`,
    ],
    [
      'AVPlayer (Swift)',
      `import AVKit

let player = AVPlayer(url: URL(string: "${hls}")!)
let controller = AVPlayerViewController()
controller.player = player
present(controller, animated: true) { player.play() }`,
    ],
    [
      'Media3 (Kotlin)',
      `val player = ExoPlayer.Builder(context).build()
player.setMediaItem(MediaItem.fromUri("${hls}"))
player.prepare()
player.play()`,
    ],
    ['curl', `curl -fL -o ${shell(`./${name}`)} '${address}'`],
    [
      'ffmpeg',
      `ffmpeg -i '${media}' -map '0:v?' -map '0:a?' -c copy ${shell(`file:${withoutExtension(name)}.mkv`)}`,
    ],
    ['yt-dlp', `yt-dlp '${hls}'`],
    ...(subject.image === null ? [] : [['Thumbnail', subject.image] as const]),
    ...(subject.token === null ? [] : [['Signed link', subject.page] as const]),
    ['sluice sign', (subject.token === null ? NO_KEYS : '') + signing(key, subject.origin)],
  ]);
}

/** Pages of other origins have to let a frame ask for the key of encrypted samples (docs/encryption.md). */
const frameOf = (address: string, title: string, encryption: Scheme | null) =>
  `<iframe
  src="${attribute(address)}"
  title="${attribute(title)}"
  width="640"
  height="360"
  allow="fullscreen${encryption === 'cbcs' ? '; encrypted-media' : ''}"
  style="border: 0"
></iframe>`;

const NO_KEYS = '# With SIGNING_KEYS of the service; without keys, as now, it answers everybody.\n';

/** Returns the command that signs an address of the page of one key. It belongs where the keys are. */
export function signing(key: string, origin: string): string {
  return `npx sluice sign ${shell(key)} --route console --expires 2h --base '${origin}'`;
}

/** An address that stands between any quotes. */
const quotable = (address: string) => address.replaceAll("'", '%27');

const attribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const withoutExtension = (name: string) => name.replace(/\.[^.]+$/, '');
