import type { MemoryCheck } from '../base/memory.ts';
import type { Config } from '../config/config.ts';
import type { Encryption } from '../config/encryption.ts';
import type { DerivedCache } from '../derived/derived-cache.ts';
import type { KnownFindings } from '../derived/known-findings.ts';
import type { Engine } from '../engine/ffmpeg.ts';
import type { Exports } from '../export/api/ask.ts';
import type { BuiltPage } from '../http/page.ts';
import type { Decoding } from '../media/model/decoding.ts';
import type { ProbeCache } from '../media/probe/probe-cache.ts';
import type { Access } from '../route/authorise.ts';
import type { Slots } from '../sandbox/slots.ts';
import type { BlockCache } from '../source/cache.ts';
import type { Source } from '../source/source.ts';

export type Page = 'player' | 'embed';

/** What requests are answered with: one of each in a process. */
export type Services = {
  readonly source: Source;
  readonly access: Access;
  /** How segments are encrypted; null if they are not. Rejects with `encryption-unavailable`. */
  readonly encryption?: () => Promise<Encryption | null>;
  readonly engine: Engine;
  readonly decoding?: Decoding | undefined;
  /** The slots in which ffprobe runs, shared with the engine; without them its number is unlimited. */
  readonly slots?: Slots;
  /** Throws if memory is too short to begin a request. */
  readonly refuseWhenFull?: MemoryCheck;
  /** Null if there is no derived store. */
  readonly derivedCache: DerivedCache | null;
  readonly findings: KnownFindings;
  /** Null if there is no derived store. */
  readonly exports: Exports | null;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly config: Config;
  readonly loadPage: (page: Page) => Promise<BuiltPage>;
  /** Loads the modules that a page's script asks for, by their names. */
  readonly loadAssets: (page: Page) => Promise<Readonly<Record<string, string>>>;
  readonly version: string;
  readonly ffmpegVersion: () => Promise<string>;
};
