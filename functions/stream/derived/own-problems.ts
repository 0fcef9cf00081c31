import { Problem } from '../base/problem.ts';
import { alone, chain } from '../source/chain.ts';
import type { DerivedStore } from './store.ts';

/** Returns the same store, whose failures speak of the output and not of media, and name nothing internal. */
export function withOwnProblems(store: DerivedStore): DerivedStore {
  return {
    ...store,
    find: (name, signal) => mapping(() => store.find(name, signal), signal),
    async read(object, range, signal) {
      const body = await mapping(() => store.read(object, range, signal), signal);
      return chain(body, alone(mapped), { signal });
    },
    async create(name, options) {
      const { signal } = options;
      const draft = await mapping(() => store.create(name, options), signal);
      return {
        ...draft,
        write: (chunk) => mapping(() => draft.write(chunk), signal),
        publish: () => mapping(() => draft.publish(), signal),
      };
    },
    compose: (name, sources, signal) => mapping(() => store.compose(name, sources, signal), signal),
    remove: (name, signal) => mapping(() => store.remove(name, signal), signal),
    abandon: (name, draftId, signal) => mapping(() => store.abandon(name, draftId, signal), signal),
    readRecord: (name, signal) => mapping(() => store.readRecord(name, signal), signal),
    writeRecord: (name, text, replaces, signal) =>
      mapping(() => store.writeRecord(name, text, replaces, signal), signal),
  };
}

async function mapping<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw signal.aborted ? signal.reason : mapped(error);
  }
}

function mapped(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  const { type, headers } = error;
  const options = { cause: error, headers };
  switch (type) {
    case 'not-found':
      return new Problem(type, 'The output has expired; request it again.', options);
    case 'source-changed':
      return new Problem(type, 'The output was replaced while it was being read; try again.', options);
    // If the service may not read or write its own store, its set-up is at fault, which no viewer can mend.
    case 'forbidden':
    case 'source-unavailable':
      return new Problem(
        'source-unavailable',
        'The output cannot be stored or read at the moment; try again shortly.',
        { cause: error, headers: { 'retry-after': '5' } },
      );
    default:
      return error;
  }
}
