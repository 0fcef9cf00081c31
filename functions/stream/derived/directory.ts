import { randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refuseImpossibleKey } from '../base/key.ts';
import { sourceUnavailable } from '../base/problem.ts';
import type { DirectoryBounds } from '../config/config.ts';
import { directorySource } from '../source/directory.ts';
import type { StoredObject } from '../source/source.ts';
import { directoryRecords } from './directory-records.ts';
import { createUpkeep, FOLDERS, type Upkeep } from './directory-upkeep.ts';
import { fail, isTaken } from './file-errors.ts';
import { nullIfMissing } from './found.ts';
import type { DerivedStore, Draft, DraftOptions } from './store.ts';

/**
 * Stores files below `root`: objects under their names, drafts and records hidden. The folder is created if it is
 * missing, also while it is in use.
 */
export function directoryStore(root: string, bounds: DirectoryBounds): DerivedStore {
  const source = directorySource(root, { isWrittenOnce: true });
  const drafts = join(root, FOLDERS.drafts);
  const upkeep = createUpkeep(root, bounds);
  const prepare = async () => {
    await mkdir(drafts, { recursive: true }).catch(fail);
    upkeep.remind();
  };
  const records = directoryRecords({ root: join(root, FOLDERS.records), drafts, prepare });

  const store: DerivedStore = {
    ...records,
    async find(name, signal) {
      await prepare();
      return nullIfMissing(source.stat(name, signal));
    },
    read: source.read,
    async create(name, options) {
      refuseImpossibleKey(name);
      await prepare();
      const draftId = randomUUID();
      const draft = join(drafts, draftId);
      const file = await open(draft, 'wx').catch(fail);
      options.onStart?.(draftId);
      const find = () => store.find(name, options.signal);
      return fileDraft(file, { draft, path: join(root, name), find, options, upkeep });
    },
    async compose(name, sources, signal) {
      const draft = await store.create(name, { signal });
      try {
        for (const part of sources) {
          if (part instanceof Uint8Array) await draft.write(part);
          else
            for await (const chunk of await source.read(part.object, part.range, signal))
              await draft.write(chunk);
        }
        return await draft.publish();
      } catch (error) {
        await draft.discard();
        throw error;
      }
    },
    async remove(name, signal) {
      signal.throwIfAborted();
      refuseImpossibleKey(name);
      await rm(join(root, name), { force: true }).catch(fail);
    },
    async abandon(_name, draftId, signal) {
      signal.throwIfAborted();
      if (UUID.test(draftId)) await rm(join(drafts, draftId), { force: true }).catch(fail);
    },
  };
  return store;
}

type DraftPlace = {
  readonly draft: string;
  readonly path: string;
  readonly find: () => Promise<StoredObject | null>;
  readonly options: DraftOptions;
  readonly upkeep: Upkeep;
};

function fileDraft(file: FileHandle, { draft, path, find, options: { signal }, upkeep }: DraftPlace): Draft {
  let isPublished = false;
  return {
    async write(chunk) {
      signal.throwIfAborted();
      await file.appendFile(chunk).catch(fail);
    },
    async publish() {
      signal.throwIfAborted();
      try {
        await file.datasync();
        await file.close();
        await linkUnlessTaken(draft, path);
        isPublished = true;
        await rm(draft, { force: true });
      } catch (error) {
        fail(error);
      }
      const object = await find();
      if (object === null)
        throw sourceUnavailable({ cause: new Error('The object was removed while it was published.') });
      upkeep.added(object.sizeBytes);
      return object;
    },
    async discard() {
      if (isPublished) return;
      // The draft will not be used, whatever is wrong with it; a file that remains is removed when it is old.
      await file.close().catch(() => {});
      await rm(draft, { force: true }).catch(() => {});
    },
  };
}

/** Links `from` as `to`. A link, unlike a rename, never replaces an existing file. */
async function linkUnlessTaken(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
  });
}

const UUID = /^[0-9a-f-]{36}$/;
