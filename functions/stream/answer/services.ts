import type { MemoryCheck } from '../base/memory.ts';
import type { Config } from '../config/config.ts';
import type { DerivedCache } from '../derived/derived-cache.ts';
import type { Engine } from '../engine/ffmpeg.ts';
import type { Exports } from '../export/api/ask.ts';
import type { Decoding } from '../media/model/decoding.ts';
import type { ProbeCache } from '../media/probe/probe-cache.ts';
import type { Access } from '../route/authorise.ts';
import type { Slots } from '../sandbox/slots.ts';
import type { BlockCache } from '../source/cache.ts';
import type { Source } from '../source/source.ts';

/** What requests are answered with: one of each in a process. */
export type Services = {
  readonly source: Source;
  readonly access: Access;
  readonly engine: Engine;
  readonly decoding?: Decoding | undefined;
  /** What ffprobe is started in, as the engine is; without, any number. */
  readonly slots?: Slots;
  /** Throws where a request may not be begun for want of memory. */
  readonly refuseWhenFull?: MemoryCheck;
  /** Null where nothing is kept. */
  readonly derivedCache: DerivedCache | null;
  /** Null where nothing is kept. */
  readonly exports: Exports | null;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly config: Config;
  readonly page: string;
  readonly version: string;
  readonly ffmpegVersion: () => Promise<string>;
};
