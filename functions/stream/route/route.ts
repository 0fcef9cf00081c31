import type { AdaptiveAsk } from './adaptive.ts';
import type { KeyForm } from './content-key.ts';
import type { ImageParameters } from './image-parameters.ts';
import type { MediaParameters, SubtitleParameters } from './parameters.ts';
import type { StoryboardAsk, StoryboardParameters } from './storyboard.ts';
import type { StreamParameters } from './stream-parameters.ts';
import type { WaveformParameters } from './waveform-parameters.ts';

/** What an address asks for, before anything is known of the object behind it. */
export type Route =
  | {
      readonly kind: 'page';
      /** The key after which the list of media goes on; empty for its beginning. */
      readonly after: string;
    }
  | { readonly kind: 'health' }
  /** What the service says of its addresses, as OpenAPI or as a text. */
  | { readonly kind: 'description'; readonly form: 'openapi' | 'llms' }
  /** A module of the player page, by its name with a hash of it. */
  | { readonly kind: 'asset'; readonly name: string }
  | { readonly kind: 'media'; readonly key: string; readonly parameters: MediaParameters }
  | { readonly kind: 'stream'; readonly key: string; readonly parameters: StreamParameters }
  /** Whatever the asking client plays. */
  | { readonly kind: 'play'; readonly key: string }
  | { readonly kind: 'info'; readonly key: string }
  /** A page with a player, which pages of other origins may frame. */
  | { readonly kind: 'embed'; readonly key: string }
  /** The player page of one object. */
  | { readonly kind: 'console'; readonly key: string }
  /** How an object that does not exist yet is added. */
  | { readonly kind: 'upload'; readonly key: string }
  | { readonly kind: 'image'; readonly key: string; readonly parameters: ImageParameters }
  | { readonly kind: 'waveform'; readonly key: string; readonly parameters: WaveformParameters }
  | {
      readonly kind: 'storyboard';
      readonly key: string;
      readonly ask: StoryboardAsk;
      readonly parameters: StoryboardParameters;
    }
  /** One text track as WebVTT. */
  | {
      readonly kind: 'subtitles';
      readonly key: string;
      /** The track's name in addresses, such as `track-2`. */
      readonly id: string;
      readonly parameters: SubtitleParameters;
    }
  | { readonly kind: 'export'; readonly key: string; readonly parameters: StreamParameters }
  /** The key of encrypted segments. */
  | {
      readonly kind: 'key';
      readonly key: string;
      readonly form: KeyForm;
      /** The version of the segments; null for that of new playlists. */
      readonly version: string | null;
    }
  /** The result of an export. */
  | {
      readonly kind: 'made';
      readonly key: string;
      readonly id: string;
      /** Without the dot. */
      readonly extension: string;
      readonly download: boolean;
    }
  | {
      readonly kind: 'adaptive';
      readonly key: string;
      readonly ask: AdaptiveAsk;
      /** The version of the address, as the playlist has it; null without one. */
      readonly version: string | null;
    };
