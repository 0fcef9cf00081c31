import { Problem } from '../base/problem.ts';
import { alone, chain } from '../source/chain.ts';
import type { DerivedStore } from './store.ts';

/** The same store, whose failures speak of what was made and not of media, and name nothing that is internal. */
export function inOwnWords(store: DerivedStore): DerivedStore {
  return {
    ...store,
    find: (name, signal) => retelling(() => store.find(name, signal), signal),
    async read(object, range, signal) {
      const body = await retelling(() => store.read(object, range, signal), signal);
      return chain(body, alone(retold), { signal });
    },
    async create(name, options) {
      const { signal } = options;
      const draft = await retelling(() => store.create(name, options), signal);
      return {
        ...draft,
        write: (chunk) => retelling(() => draft.write(chunk), signal),
        publish: () => retelling(() => draft.publish(), signal),
      };
    },
    compose: (name, pieces, signal) => retelling(() => store.compose(name, pieces, signal), signal),
    remove: (name, signal) => retelling(() => store.remove(name, signal), signal),
    abandon: (name, draftId, signal) => retelling(() => store.abandon(name, draftId, signal), signal),
    readRecord: (name, signal) => retelling(() => store.readRecord(name, signal), signal),
    writeRecord: (name, text, replaces, signal) =>
      retelling(() => store.writeRecord(name, text, replaces, signal), signal),
  };
}

async function retelling<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw signal.aborted ? signal.reason : retold(error);
  }
}

function retold(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  const { type, headers } = error;
  const options = { cause: error, headers };
  switch (type) {
    case 'not-found':
      return new Problem(type, 'What was made is not kept any more; ask for it anew.', options);
    case 'source-changed':
      return new Problem(type, 'What was made was replaced while it was being read; ask again.', options);
    // That the service may not read or write its own store is a fault of its set-up, which no viewer can mend.
    case 'forbidden':
    case 'source-unavailable':
      return new Problem(
        'source-unavailable',
        'What was made cannot be kept or read at the moment; try again shortly.',
        { cause: error, headers: { 'retry-after': '5' } },
      );
    default:
      return error;
  }
}
