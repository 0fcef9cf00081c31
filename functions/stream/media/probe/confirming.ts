import { Problem } from '../../base/problem.ts';
import type { Source, StoredObject } from '../../source/source.ts';
import type { ProbeCache } from './probe-cache.ts';

/**
 * Wraps a source so that its answers tell whether a probed version still exists: reads are pinned, and the
 * way they begin tells as well.
 */
export function confirming(source: Source, probes: Pick<ProbeCache, 'confirm' | 'forget'>): Source {
  async function noting<T>(
    key: string,
    asked: Promise<T>,
    objectOf: (answer: T) => StoredObject,
  ): Promise<T> {
    try {
      const answer = await asked;
      probes.confirm(objectOf(answer));
      return answer;
    } catch (error) {
      if (error instanceof Problem && SAYS_GONE.has(error.type)) probes.forget(key);
      throw error;
    }
  }

  const { statAndRead } = source;
  return {
    ...source,
    stat: (key, signal) => noting(key, source.stat(key, signal), (object) => object),
    read(object, range, signal) {
      const body = source.read(object, range, signal);
      // No bytes need no request to the store.
      return range.start < range.end ? noting(object.key, body, () => object) : body;
    },
    ...(statAndRead && {
      statAndRead: (key: string, mostBytes: number, signal: AbortSignal) =>
        noting(key, statAndRead(key, mostBytes, signal), ({ object }) => object),
    }),
  };
}

const SAYS_GONE: ReadonlySet<string> = new Set(['not-found', 'source-changed']);
