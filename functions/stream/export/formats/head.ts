import { damaged } from '../../base/problem.ts';
import { flacHead } from '../../media/heads/flac.ts';
import { id3Tag } from '../../media/heads/id3.ts';
import { mp3Head } from '../../media/heads/mp3.ts';
import type { PacketsIndex } from '../../media/heads/packets-index.ts';
import { flacWithTags, wavWithTags } from '../../media/heads/tagged-front.ts';
import { wavHead } from '../../media/heads/wav.ts';
import { webmHead } from '../../media/heads/webm.ts';
import type { WebmIndex } from '../../media/heads/webm-index.ts';
import { appendLog, parseLog, type SampleLog } from '../../media/isobmff/sample-log.ts';
import { flatHead, secondsOf } from '../../media/isobmff/write-flat.ts';
import type { Tags } from '../../media/model/tags.ts';
import { samplingOf } from '../../plan/output.ts';
import type { Recipe } from '../../plan/plan-export.ts';

/** A finished part: the number of its bytes, and what its `Body` returned at its end. */
export type FinishedPart = { readonly bodyBytes: number; readonly index: string };

export type Head = {
  readonly bytes: Uint8Array;
  /** The duration of the whole file; null if only its bytes tell. */
  readonly seconds: number | null;
};

/** Returns what stands before all parts of a file, with its tags. The indexes are our own. */
export function headOf(recipe: Recipe, parts: readonly FinishedPart[], tags: Tags | null): Head {
  const [first] = parts;
  if (first === undefined) throw damaged('The export has no parts.');
  switch (recipe.kind) {
    case 'film':
    case 'movie': {
      const logs = joinedLogs(parts);
      const mediaBytes = parts.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
      return { bytes: flatHead(logs, mediaBytes), seconds: Math.max(...logs.map(secondsOf)) };
    }
    case 'webm': {
      const index: WebmIndex = JSON.parse(first.index);
      return { bytes: webmHead(index), seconds: index.duration / 1000 };
    }
    case 'mp3':
    case 'flac': {
      const index: PacketsIndex = JSON.parse(first.index);
      const heard = index.samples - index.priming;
      const { sampleRate } = samplingOf(recipe.output);
      return { bytes: taggedHead(recipe.kind, index, tags), seconds: heard / sampleRate };
    }
    case 'wav': {
      const { sampleRate, channels } = samplingOf(recipe.output);
      const head = wavHead(first.bodyBytes, sampleRate, channels);
      return {
        bytes: (tags && wavWithTags(head, tags)) ?? head,
        seconds: first.bodyBytes / (2 * sampleRate * channels),
      };
    }
    case 'original':
    case 'stream':
      return { bytes: new Uint8Array(), seconds: null };
    default:
      return recipe satisfies never;
  }
}

function taggedHead(kind: 'mp3' | 'flac', index: PacketsIndex, tags: Tags | null): Buffer {
  if (kind === 'mp3') return Buffer.concat([...(tags === null ? [] : [id3Tag(tags)]), mp3Head(index)]);
  const head = flacHead(index);
  return (tags && flacWithTags(head, tags)) ?? head;
}

function joinedLogs(parts: readonly FinishedPart[]): readonly SampleLog[] {
  let joined: SampleLog[] = [];
  let offset = 0;
  for (const { index, bodyBytes } of parts) {
    const logs = index.split('\n').map(parseLog);
    if (joined.length === 0) joined = logs;
    else for (const [i, log] of joined.entries()) continueLog(log, logs[i], offset);
    offset += bodyBytes;
  }
  return joined;
}

function continueLog(log: SampleLog, more: SampleLog | undefined, offset: number): void {
  const next = more?.decodeTimes[0];
  if (next !== undefined && log.decodeTimes.length > 0 && next !== log.endTicks)
    throw damaged('The parts of the film do not follow each other.');
  if (more !== undefined) appendLog(log, more, offset);
}
