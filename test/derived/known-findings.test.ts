import { expect } from 'chai';
import { createKnownFindings } from '../../functions/stream/derived/known-findings.ts';
import { NOTHING_FOUND } from '../../functions/stream/media/model/findings.ts';
import { fakeStore } from '../../testing/stores.ts';

const { signal } = new AbortController();
const object = { key: 'film.mp4', etag: '"1"', sizeBytes: 1, lastModified: new Date(0) };
const stereo = { audio: 0, channels: 2, integrated: -23.1, truePeak: -1.5 };
const surround = { ...stereo, channels: 6, integrated: -20 };
const silent = () => {};

describe('what is known of a version', () => {
  it('is told by all instances, and joined', async () => {
    const store = fakeStore();
    const [one, other] = [createKnownFindings(store, silent), createKnownFindings(store, silent)];
    expect(await one.of(object, signal)).to.deep.equal(NOTHING_FOUND);
    await one.add(object, { loudness: [surround] }, signal);
    await other.add(object, { blur: 'data:,' }, signal);
    await other.add(object, { loudness: [stereo] }, signal);
    for (const instance of [one, other, createKnownFindings(store, silent)])
      expect(await instance.of(object, signal)).to.deep.equal({
        loudness: [stereo, surround],
        blur: 'data:,',
      });
    expect(await one.of({ ...object, etag: '"2"' }, signal)).to.deep.equal(NOTHING_FOUND);
  });

  it('is replaced by what is measured later', async () => {
    const known = createKnownFindings(null, silent);
    await known.add(object, { loudness: [stereo] }, signal);
    await known.add(object, { loudness: [{ ...stereo, integrated: -14 }] }, signal);
    expect((await known.of(object, signal)).loudness).to.deep.equal([{ ...stereo, integrated: -14 }]);
  });

  it('is nothing where the store fails or has something else', async () => {
    const failures: unknown[] = [];
    const broken = { ...fakeStore(), readRecord: () => Promise.reject(new Error('down')) };
    const known = createKnownFindings(broken, (error) => failures.push(error));
    expect(await known.of(object, signal)).to.deep.equal(NOTHING_FOUND);
    expect(failures).to.have.length(1);
    const store = fakeStore();
    const own = createKnownFindings(store, silent);
    await own.add(object, { blur: 'data:,' }, signal);
    const [name = ''] = store.records.keys();
    await store.writeRecord(name, '{"loudness":', await store.readRecord(name, signal), signal);
    expect(await createKnownFindings(store, silent).of(object, signal)).to.deep.equal(NOTHING_FOUND);
  });
});
