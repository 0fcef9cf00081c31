import 'media-chrome';
import 'media-chrome/menu';
import type { LoadPolicy } from 'hls.js';
import { Hls, HlsVideoElement } from 'hls-video-element';
import { parseToken, withToken } from '../../client/src/token.ts';
import { type Addresses, addressesOf } from './addresses.ts';
import { giveKey } from './clear-key.ts';
import { CONTROLS_STYLE, controls, showPoster } from './controls.ts';
import { keepToken, type RenewToken, type Tokens } from './tokens.ts';

export type { RenewToken } from './tokens.ts';

/** Seconds that are buffered ahead at most, so that what nobody watches is not encoded. */
const AHEAD_SECONDS = 30;

/** What is played: a change of one of these begins anew. */
const SUBJECT: readonly string[] = ['src', 'base', 'start', 'end', 'subtitles'];

// Where there is no DOM, as on a server, the module can be imported and does nothing.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Plays a film or a song of a Sluice service.
 *
 * - `src`: its key.
 * - `base`: the origin of the service; the page's own without it.
 * - `token`: the token that opens the key (`npx sluice sign`), with or without its `~`.
 * - `poster`: `auto` (default), `none`, or an address.
 * - `storyboard`: `auto` (default) or `none`: thumbnails over the seek bar.
 * - `subtitles`: which text tracks are offered: languages or names with commas, or `none`.
 * - `start`, `end`: seconds; a part of the film.
 * - `preload`: `metadata` (default), `none` or `auto`, as of a video element.
 *
 * `renewToken` is asked for a new token before the old one expires.
 */
export class SluicePlayerElement extends Base {
  static readonly observedAttributes: readonly string[] = [
    ...SUBJECT,
    ...['token', 'poster', 'storyboard', 'preload'],
  ];

  #renewToken: RenewToken | null = null;
  #isPlanned = false;
  #playing: Playing | null = null;

  constructor() {
    super();
    // A page may have set it before this class was known.
    if (!Object.hasOwn(this, 'renewToken')) return;
    const early = this.renewToken;
    Reflect.deleteProperty(this, 'renewToken');
    this.renewToken = early;
  }

  /** Returns a new token of the same key; if it rejects, it is asked again a few seconds later. */
  get renewToken(): RenewToken | null {
    return this.#renewToken;
  }

  set renewToken(renew: RenewToken | null) {
    this.#renewToken = renew;
  }

  /** The element that plays; null before it is in a page. */
  get media(): HTMLVideoElement | null {
    return this.#playing?.video ?? null;
  }

  connectedCallback(): void {
    this.#plan();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (SUBJECT.includes(name)) this.#plan();
    else if (this.#playing !== null) this.#update(name, this.#playing);
  }

  /** Attributes that change together cause one change of what is played. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      if (this.isConnected) this.#render();
    });
  }

  #render(): void {
    this.#end();
    const src = this.getAttribute('src');
    if (!src) return;
    const base = new URL(this.getAttribute('base') ?? '/', document.baseURI).href;
    const token = parseToken(this.getAttribute('token'));
    const [start = null, end = null, subtitles = null] = ['start', 'end', 'subtitles'].map((name) =>
      this.getAttribute(name),
    );
    const addresses = addressesOf({ src, base, token, start, end, subtitles });
    const video = new HlsVideoElement();
    video.slot = 'media';
    video.setAttribute('playsinline', '');
    video.setAttribute('crossorigin', '');
    const tokens = keepToken({
      first: token,
      renew: () => this.#renewToken,
      onChange: (changed) => {
        this.#showThumbnails(video, withToken(addresses.storyboard, base, changed));
        this.dispatchEvent(new Event('tokenrenewed'));
      },
    });
    video.config = configOf(tokens, base);
    giveKey(video.nativeEl, () => licenseFor(addresses, tokens, base));
    this.#playing = { video, tokens, addresses, base };
    this.#root().replaceChildren(around(video));
    for (const name of ['poster', 'storyboard', 'preload']) this.#update(name, this.#playing);
    video.setAttribute('src', addresses.playlist);
  }

  /** A constructed sheet needs no permission of a page's policy. */
  #root(): ShadowRoot {
    if (this.shadowRoot !== null) return this.shadowRoot;
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE + CONTROLS_STYLE);
    root.adoptedStyleSheets = [sheet];
    return root;
  }

  /** Follows an attribute while it plays on. */
  #update(name: string, { video, tokens, addresses, base }: Playing): void {
    const value = this.getAttribute(name);
    if (name === 'token') tokens.replace(value);
    else if (name === 'preload') video.setAttribute('preload', value ?? 'metadata');
    else if (name === 'poster') showPoster(video, posterOf(value, addresses));
    else {
      void tokens.current().then((token) => {
        if (this.#playing?.video !== video) return;
        this.#showThumbnails(video, withToken(addresses.storyboard, base, token));
      });
    }
  }

  /** Ends what plays: a player that is only taken out of the page would load on. */
  #end(): void {
    this.#playing?.video.removeAttribute('src');
    this.#playing = null;
    this.shadowRoot?.replaceChildren();
  }

  /** Times of a storyboard are those of the whole film. */
  #showThumbnails(video: HlsVideoElement, storyboard: string): void {
    video.querySelector('track[label=thumbnails]')?.remove();
    const isPart = this.hasAttribute('start') || this.hasAttribute('end');
    if (isPart || this.getAttribute('storyboard') === 'none') return;
    const track = document.createElement('track');
    track.kind = 'metadata';
    track.label = 'thumbnails';
    track.default = true;
    track.src = storyboard;
    video.append(track);
  }
}

const STYLE = `
:host { display: block; }
:host([hidden]) { display: none; }
media-controller { display: block; width: 100%; height: var(--sluice-player-height, auto); aspect-ratio: 16 / 9; background: #000; }
`;

function around(video: HTMLElement): HTMLElement {
  const controller = document.createElement('media-controller');
  controller.append(video, ...controls('film'));
  return controller;
}

type Playing = {
  readonly video: HlsVideoElement;
  readonly tokens: Tokens;
  readonly addresses: Addresses;
  readonly base: string;
};

function posterOf(wanted: string | null, { poster }: Addresses): string | null {
  if (wanted === null || wanted === 'auto') return poster;
  return wanted === 'none' ? null : wanted;
}

function configOf(tokens: Tokens, base: string): HlsVideoElement['config'] {
  const { manifestLoadPolicy, playlistLoadPolicy, fragLoadPolicy } = Hls.DefaultConfig;
  const renewing = (policy: LoadPolicy) => renewingAfterRefusal(policy, tokens);
  return {
    maxBufferLength: AHEAD_SECONDS,
    maxMaxBufferLength: AHEAD_SECONDS,
    // What players report is in the log of the service (CTA-5004).
    cmcd: {},
    xhrSetup: async (xhr, url) => {
      const address = withToken(url, base, await tokens.current());
      xhr.open('GET', address, true);
    },
    manifestLoadPolicy: renewing(manifestLoadPolicy),
    playlistLoadPolicy: renewing(playlistLoadPolicy),
    fragLoadPolicy: renewing(fragLoadPolicy),
  };
}

async function licenseFor({ license }: Addresses, tokens: Tokens, base: string): Promise<ArrayBuffer> {
  const answer = await fetch(withToken(license, base, await tokens.current()));
  if (!answer.ok) throw new Error(`The key of the film: ${answer.status}`);
  return answer.arrayBuffer();
}

const REFUSED = 403;

/** A clock that is wrong does not know when a token expires: a refusal counts as well, and is tried again once. */
function renewingAfterRefusal(policy: LoadPolicy, tokens: Tokens): LoadPolicy {
  const { default: usual } = policy;
  const { errorRetry } = usual;
  if (errorRetry === null) return policy;
  return {
    default: {
      ...usual,
      errorRetry: {
        ...errorRetry,
        shouldRetry(_config, count, _isTimeout, response, isUsual) {
          if (response?.code !== REFUSED) return isUsual;
          tokens.refuse();
          return count < 1;
        },
      },
    },
  };
}

if (globalThis.customElements && !globalThis.customElements.get('sluice-player')) {
  globalThis.customElements.define('sluice-player', SluicePlayerElement);
}

declare global {
  interface HTMLElementTagNameMap {
    'sluice-player': SluicePlayerElement;
  }
}
