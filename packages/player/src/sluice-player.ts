import 'media-chrome';
import 'media-chrome/menu';
import { HlsVideoElement } from 'hls-video-element';
import { type Addresses, addressesOf, withToken } from './addresses.ts';
import { controls } from './controls.ts';
import { keepToken, type RenewToken, type Tokens } from './tokens.ts';

export type { RenewToken } from './tokens.ts';

/** Seconds that are buffered ahead at most, so that what nobody watches is not encoded. */
const AHEAD_SECONDS = 30;

const ATTRIBUTES = [
  'src',
  'base',
  'token',
  'poster',
  'storyboard',
  'subtitles',
  'start',
  'end',
  'preload',
] as const;

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
  static readonly observedAttributes: readonly string[] = ATTRIBUTES;

  #renewToken: RenewToken | null = null;
  #isPlanned = false;

  constructor() {
    super();
    // A page may have set it before this class was known.
    if (!Object.hasOwn(this, 'renewToken')) return;
    const early = this.renewToken;
    Reflect.deleteProperty(this, 'renewToken');
    this.renewToken = early;
  }

  /** Returns a new token of the same key; if it rejects, the next request asks again. */
  get renewToken(): RenewToken | null {
    return this.#renewToken;
  }

  set renewToken(renew: RenewToken | null) {
    this.#renewToken = renew;
  }

  /** The element that plays; null before it is in a page. */
  get media(): HTMLVideoElement | null {
    return this.shadowRoot?.querySelector<HTMLVideoElement>('hls-video') ?? null;
  }

  connectedCallback(): void {
    this.#plan();
  }

  disconnectedCallback(): void {
    this.shadowRoot?.replaceChildren();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after) this.#plan();
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
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const src = this.getAttribute('src');
    if (!src) {
      root.replaceChildren();
      return;
    }
    const base = new URL(this.getAttribute('base') ?? '/', document.baseURI).href;
    const token = this.getAttribute('token')?.replace(/^~/, '') || null;
    const [start, end, subtitles] = ['start', 'end', 'subtitles'].map((name) => this.getAttribute(name));
    const addresses = addressesOf({
      ...{ src, base, token },
      ...{ start: start ?? null, end: end ?? null, subtitles: subtitles ?? null },
    });
    const video = new HlsVideoElement();
    video.slot = 'media';
    video.setAttribute('playsinline', '');
    video.setAttribute('crossorigin', '');
    video.setAttribute('preload', this.getAttribute('preload') ?? 'metadata');
    const thumbnails = this.#thumbnails(addresses);
    if (thumbnails !== null) video.append(thumbnails);
    const tokens = keepToken(
      token,
      () => this.#renewToken,
      (renewed) => {
        if (thumbnails !== null) thumbnails.src = withToken(addresses.storyboard, base, renewed);
        this.dispatchEvent(new Event('tokenrenewed'));
      },
    );
    video.config = configOf(tokens, base);
    root.replaceChildren(...controls(video, this.#poster(addresses)));
    video.setAttribute('src', addresses.playlist);
  }

  #poster({ poster }: Addresses): string | null {
    const wanted = this.getAttribute('poster') ?? 'auto';
    return wanted === 'auto' ? poster : wanted === 'none' ? null : wanted;
  }

  /** Times of a storyboard are those of the whole film. */
  #thumbnails({ storyboard }: Addresses): HTMLTrackElement | null {
    const isPart = this.hasAttribute('start') || this.hasAttribute('end');
    if (isPart || this.getAttribute('storyboard') === 'none') return null;
    const track = document.createElement('track');
    track.kind = 'metadata';
    track.label = 'thumbnails';
    track.default = true;
    track.src = storyboard;
    return track;
  }
}

function configOf(tokens: Tokens, base: string): HlsVideoElement['config'] {
  return {
    maxBufferLength: AHEAD_SECONDS,
    maxMaxBufferLength: AHEAD_SECONDS,
    // What players report is in the log of the service (CTA-5004).
    cmcd: {},
    xhrSetup: async (xhr, url) => {
      const address = withToken(url, base, await tokens.current());
      xhr.open('GET', address, true);
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
