import type { TrackHead } from './track-boxes.ts';

/** Samples in decode order; times in ticks of their track. */
export type SampleColumns = {
  readonly sizes: number[];
  readonly decodeTimes: number[];
  readonly compositionOffsets: number[];
  readonly sync: boolean[];
  /** End of the last sample. */
  endTicks: number;
  /** Adjacent samples: their offset from the start of the media, and their count. */
  readonly chunks: { offset: number; count: number }[];
};

/** The samples of a track in a file without fragments. */
export type SampleLog = SampleColumns & { readonly head: TrackHead };

export type LoggedSample = {
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  readonly sizeBytes: number;
  readonly isSync: boolean;
};

export function createSampleLog(head: TrackHead): SampleLog {
  return { head, ...emptyColumns() };
}

export function emptyColumns(): SampleColumns {
  return { sizes: [], decodeTimes: [], compositionOffsets: [], sync: [], endTicks: 0, chunks: [] };
}

/** Adds adjacent samples at `offset` of the media; returns where they end. */
export function logSamples(log: SampleColumns, offset: number, samples: readonly LoggedSample[]): number {
  let end = offset;
  for (const { dts, pts, duration, sizeBytes, isSync } of samples) {
    log.sizes.push(sizeBytes);
    log.decodeTimes.push(dts);
    log.compositionOffsets.push(pts - dts);
    log.sync.push(isSync);
    log.endTicks = dts + duration;
    end += sizeBytes;
  }
  if (samples.length > 0) log.chunks.push({ offset, count: samples.length });
  return end;
}

/**
 * Appends the log of media that follows, at `offset`, to `log`: of the same track, which it must continue.
 */
export function appendLog(log: SampleLog, more: SampleLog, offset: number): void {
  // Pushed one by one: hundreds of thousands are more than a call takes arguments.
  for (const size of more.sizes) log.sizes.push(size);
  for (const time of more.decodeTimes) log.decodeTimes.push(time);
  for (const ticks of more.compositionOffsets) log.compositionOffsets.push(ticks);
  for (const isSync of more.sync) log.sync.push(isSync);
  for (const chunk of more.chunks) log.chunks.push({ ...chunk, offset: chunk.offset + offset });
  if (more.sizes.length > 0) log.endTicks = more.endTicks;
}

/** Writes a log for storage: the inverse of `parseLog`. */
export function logText(log: SampleLog): string {
  const { head, endTicks, chunks } = log;
  const bytes = (array: Float64Array | Uint32Array | Int32Array | Uint8Array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
  return JSON.stringify({
    head: {
      ...head,
      sampleEntry: bytes(head.sampleEntry as Uint8Array),
      matrix: head.matrix && bytes(head.matrix),
    },
    endTicks,
    chunks: chunks.flatMap(({ offset, count }) => [offset, count]),
    sizes: bytes(Uint32Array.from(log.sizes)),
    decodeTimes: bytes(Float64Array.from(log.decodeTimes)),
    compositionOffsets: bytes(Int32Array.from(log.compositionOffsets)),
    sync: bytes(Uint8Array.from(log.sync, Number)),
  });
}

/** Reads the text of `logText`; it comes from our own store. */
export function parseLog(text: string): SampleLog {
  const parsed = JSON.parse(text);
  const { head, endTicks, chunks } = parsed;
  const buffer = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64')).buffer;
  return {
    head: {
      ...head,
      sampleEntry: Buffer.from(head.sampleEntry, 'base64'),
      matrix: head.matrix && Buffer.from(head.matrix, 'base64'),
    },
    endTicks,
    chunks: Array.from({ length: chunks.length / 2 }, (_, i) => ({
      offset: chunks[2 * i],
      count: chunks[2 * i + 1],
    })),
    sizes: Array.from(new Uint32Array(buffer(parsed.sizes))),
    decodeTimes: Array.from(new Float64Array(buffer(parsed.decodeTimes))),
    compositionOffsets: Array.from(new Int32Array(buffer(parsed.compositionOffsets))),
    sync: Array.from(new Uint8Array(buffer(parsed.sync)), Boolean),
  };
}
