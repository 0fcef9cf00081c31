import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Problem } from '../../../functions/stream/base/problem.ts';
import { directoryStore } from '../../../functions/stream/derived/directory.ts';
import { createKnownFindings } from '../../../functions/stream/derived/known-findings.ts';
import { exportId, partName } from '../../../functions/stream/derived/output-names.ts';
import type { DerivedStore } from '../../../functions/stream/derived/store.ts';
import { createEngine } from '../../../functions/stream/engine/ffmpeg.ts';
import { followExport } from '../../../functions/stream/export/api/ask.ts';
import { openJobStore } from '../../../functions/stream/export/job/job-store.ts';
import { LOST, MOST_LOST, MOST_SENT, NOBODY_CAME } from '../../../functions/stream/export/job/states.ts';
import { MOST_HOPS, type Work } from '../../../functions/stream/export/job/work-event.ts';
import { createWorker } from '../../../functions/stream/export/worker/worker.ts';
import { createProbeCache } from '../../../functions/stream/media/probe/probe-cache.ts';
import { planExport } from '../../../functions/stream/plan/plan-export.ts';
import { createBlockCache } from '../../../functions/stream/source/cache.ts';
import { directorySource } from '../../../functions/stream/source/directory.ts';
import { demoDirectory, localEnvironment } from '../../../local/function.ts';
import { ROOMY, WIDE } from '../../../testing/ample.ts';
import { openContext } from '../../../testing/encoded.ts';
import { exportQuestion } from '../../../testing/export-input.ts';

const { signal } = new AbortController();

describe('a worker of an export', function () {
  this.timeout(60_000);
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-worker-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  /** A store shared by clients and workers, and the work that was sent, which the test runs when it wants. */
  async function scene(parameters: Parameters<typeof exportQuestion>[1], ages = 0) {
    const context = await openContext(join(demoDirectory, 'video.mp4'));
    const { FFMPEG_PATH = '', FFPROBE_PATH = '' } = await localEnvironment({});
    const question = exportQuestion(context, parameters);
    const plan = planExport(question);
    const source = { ...directorySource(demoDirectory) };
    const engine = { ...createEngine(FFMPEG_PATH, ROOMY) };
    const object = await source.stat('video.mp4', signal);
    const store = aged(directoryStore(root, WIDE), () => ages);
    const sent: Work[] = [];
    const send = async (work: Work) => void sent.push(work);
    const ask = (over = {}) => {
      const { limits } = question;
      const asking = {
        store,
        send,
        limits,
        budget: null,
        object,
        plan,
        signer: null,
        prefix: '',
        signal,
        secondsLeft: () => 0,
      };
      return followExport(new Request('https://localhost/'), {
        ...{ ...asking, parameters: question.parameters },
        onFailure: (error) => expect.fail(String(error)),
        ...over,
      });
    };
    const worker = createWorker({
      findings: createKnownFindings(null, () => {}),
      ...{
        store,
        send,
        source,
        engine,
        memoryGigabytes: 1,
        maxInvocations: 3,
        unfollowedSeconds: 60,
      },
      ...{ cache: createBlockCache(), probes: createProbeCache() },
      config: {
        ffprobePath: FFPROBE_PATH,
        limits: { ...question.limits, readTimeoutSeconds: 10, presignSeconds: 60, ffmpegBuild: () => '' },
      },
    });
    const work = (one: Work | undefined, seconds = 60) => {
      if (one === undefined) throw new Error('Nothing was sent.');
      return worker(one, { getRemainingTimeInMillis: () => seconds * 1000 });
    };
    const jobs = openJobStore(store, exportId(object, plan.recipe));
    const stage = async () => (await jobs.read(signal))?.value.stage;
    const setAges = (seconds: number) => {
      ages = seconds;
    };
    return { ask, sent, work, stage, setAges, jobs, store, source, engine };
  }

  it('is sent once, however many clients ask, and leaves only the result', async () => {
    const { ask, sent, work, stage } = await scene({ format: 'wav', durationSeconds: 1 });
    await Promise.all([ask(), ask(), ask()]);
    expect(sent.map(({ task }) => task)).to.deep.equal(['begin']);
    expect(await work(sent[0])).to.not.have.property('problem');
    expect((await stage())?.kind).to.equal('done');
    await ask();
    expect(sent).to.have.length(1);
    expect(await filesIn(root, 'made')).to.have.length(1);
    expect(await filesIn(root, 'parts')).to.have.length(0);
  });

  it('that is lost is replaced by the next client, and does nothing if it comes after all', async () => {
    const { ask, sent, work, stage, setAges, jobs } = await scene({ format: 'wav', durationSeconds: 1 });
    await ask();
    await jobs.change(
      { generation: (await jobs.read(signal))?.value.generation ?? 0 },
      { kind: 'begun' },
      signal,
    );
    setAges(17);
    await Promise.all([ask(), ask()]);
    expect(sent.map(({ attempt }) => attempt)).to.deep.equal([1, 2]);
    await work(sent[0]);
    expect((await stage())?.kind).to.equal('queued');
    await work(sent[1]);
    expect((await stage())?.kind).to.equal('done');
  });

  it('whose event is lost is sent again by one client, and begins once if both arrive', async () => {
    const { ask, sent, work, stage, setAges } = await scene({ format: 'wav', durationSeconds: 1 });
    await ask();
    setAges(21);
    await Promise.all([ask(), ask()]);
    expect(sent.map(({ task, attempt }) => [task, attempt])).to.deep.equal([
      ['begin', 1],
      ['begin', 1],
    ]);
    await Promise.all([work(sent[0]), work(sent[1])]);
    expect((await stage())?.kind).to.equal('done');
    expect(await filesIn(root, 'made')).to.have.length(1);
    expect(await filesIn(root, 'parts')).to.have.length(0);
  });

  it('of a shard whose event is lost is sent again, and one of the two does the work', async () => {
    const parameters = { format: 'mp4', height: 48, durationSeconds: 4 } as const;
    const { ask, sent, work, stage, setAges, store } = await scene(parameters);
    await ask();
    await work(sent[0], 2.9);
    setAges(21);
    let drafts = 0;
    const { create } = store;
    Object.assign(store, {
      create(...of: Parameters<typeof create>) {
        drafts += 1;
        return create(...of);
      },
    });
    await ask();
    // The second is sent by a client, which begins another chain of invocations.
    expect(sent.slice(1)).to.deep.equal([sent[1], { ...sent[1], hops: 1 }]);
    await Promise.all([work(sent[1]), work(sent[2])]);
    expect((await stage())?.kind).to.equal('done');
    expect(drafts).to.equal(1);
  });

  for (const wishes of [{ format: 'mp4', height: 48, durationSeconds: 8 }, { format: 'wav' }] as const) {
    it(`stops where nobody follows, and the next client has it continued: ${wishes.format}`, async () => {
      const { ask, sent, work, stage, setAges, jobs, engine } = await scene(wishes);
      await ask();
      const { transcode } = engine;
      // It takes so long that the worker looks after its followers meanwhile.
      engine.transcode = async (...about) => {
        setAges(61);
        await delay(1_000);
        return transcode(...about);
      };
      expect(await work(sent[0])).to.not.have.property('problem');
      expect((await stage())?.kind).to.equal('running');
      expect(sent).to.have.length(1);
      expect((await jobs.readShard(0, signal))?.value).to.include({ isWaiting: true, lost: 0 });
      engine.transcode = transcode;
      await ask();
      expect(sent.map(({ task }) => task)).to.deep.equal(['begin', 0]);
      setAges(0);
      await work(sent[1]);
      expect((await stage())?.kind).to.equal('done');
      expect(await filesIn(root, 'made')).to.have.length(1);
    });
  }

  it('sends for no other after too many that have sent for each other, but the next client does', async () => {
    const { ask, sent, work, stage, jobs } = await scene({ format: 'mp4', height: 48, durationSeconds: 8 });
    await ask();
    // Nothing can be produced in so short a time.
    await work(sent[0], 2.9);
    expect(sent.map(({ hops }) => hops)).to.deep.equal([1, 2]);
    await work(sent[1] && { ...sent[1], hops: MOST_HOPS }, 2.9);
    expect(sent).to.have.length(2);
    expect((await jobs.readShard(0, signal))?.value).to.include({ isWaiting: true, sent: 0 });
    await Promise.all([ask(), ask()]);
    expect(sent.map(({ hops }) => hops)).to.deep.equal([1, 2, 1]);
    for (let i = 2; sent[i] !== undefined; i++) await work(sent[i]);
    expect((await stage())?.kind).to.equal('done');
  });

  it('of a shard for which nobody comes is sent again and again, then the export fails', async () => {
    const parameters = { format: 'mp4', height: 48, durationSeconds: 4 } as const;
    const { ask, sent, work, stage, setAges } = await scene(parameters);
    await ask();
    await work(sent[0], 2.9);
    setAges(21);
    for (let i = 1; i < MOST_SENT; i++) await ask();
    expect((await stage())?.kind).to.equal('running');
    expect(sent).to.have.length(1 + MOST_SENT);
    await ask();
    expect(await stage()).to.deep.equal({ kind: 'failed', problem: NOBODY_CAME });
    expect(sent).to.have.length(1 + MOST_SENT);
  });

  it('of a shard goes on if the answer to a write was lost', async () => {
    const { ask, sent, work, stage, store } = await scene({ format: 'wav', durationSeconds: 1 });
    const { writeRecord } = store;
    let writes = 0;
    store.writeRecord = async (name, ...about) => {
      const written = await writeRecord(name, ...about);
      if (name.endsWith('.0') && ++writes === 2) throw new Error('Nobody has heard it.');
      return written;
    };
    const { create } = store;
    store.create = async (...about) => {
      const draft = await create(...about);
      const publish = async () => {
        await until(async () => writes >= 3);
        return draft.publish();
      };
      return { ...draft, publish };
    };
    await ask();
    expect(await work(sent[0])).to.not.have.property('problem');
    expect((await stage())?.kind).to.equal('done');
    expect(sent).to.have.length(1);
  });

  it('of a shard that is lost is replaced by one other, until it was lost too often', async () => {
    const { ask, sent, work, stage, setAges, jobs } = await scene({
      format: 'mp4',
      height: 48,
      durationSeconds: 4,
    });
    const take = async () => {
      const shard = await jobs.readShard(0, signal);
      if (shard !== null) await jobs.writeShard(0, { ...shard.value, isWaiting: false }, shard, signal);
    };
    await ask();
    // Nothing can be produced in so short a time: the shard is begun, and lost once.
    await work(sent[0], 2.9);
    setAges(17);
    // A worker that has not come yet is not lost.
    await ask();
    expect(sent).to.have.length(2);
    for (let lost = 1; lost < MOST_LOST; lost++) {
      await take();
      await Promise.all([ask(), ask()]);
    }
    await take();
    expect(sent.map(({ task, attempt }) => [task, attempt])).to.deep.equal([
      ['begin', 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ]);
    expect((await stage())?.kind).to.equal('running');
    await ask();
    expect(await stage()).to.deep.equal({ kind: 'failed', problem: LOST });
    expect(sent).to.have.length(4);
  });

  it('produces what its time allows of a shard, and sends for another for the rest', async () => {
    const { ask, sent, work, stage, jobs } = await scene({
      format: 'mp4',
      height: 48,
      durationSeconds: 12,
    });
    await ask();
    // Less than is reserved: it produces nothing, and says so by another number.
    await work(sent[0], 2.9);
    expect(sent.at(-1)).to.include({ task: 0, attempt: 2 });
    expect((await jobs.readShard(0, signal))?.value).to.include({ next: 0, lost: 1 });
    for (let i = 1; sent[i] !== undefined; i++) await work(sent[i]);
    expect((await stage())?.kind).to.equal('done');
    expect(await filesIn(root, 'parts')).to.have.length(0);
  });

  it('does the work once if its event comes twice', async () => {
    const { ask, sent, work, stage, store } = await scene({
      format: 'mp4',
      height: 48,
      durationSeconds: 4,
    });
    const drafts: string[] = [];
    const { create } = store;
    store.create = (name, options) => {
      drafts.push(name);
      return create(name, options);
    };
    await ask();
    // Begun, and sent on for want of time: a first draft.
    await Promise.all([work(sent[0], 2.9), work(sent[0], 2.9)]);
    expect(sent.map(({ task }) => task)).to.deep.equal(['begin', 0]);
    await Promise.all([work(sent[1]), work(sent[1])]);
    expect((await stage())?.kind).to.equal('done');
    expect(drafts).to.have.length(2);
    const part = { generation: 1, shard: 0, attempt: 1, from: 0 };
    expect(partName('x', part)).to.not.equal(partName('x', part));
  });

  it('renews its record while it probes the media, and until its first bytes come', async () => {
    const { ask, sent, work, stage, jobs, source, engine } = await scene({
      format: 'mp3',
      durationSeconds: 1,
    });
    const { stat } = source;
    const { transcode } = engine;
    source.stat = async (...about) => {
      await until(async () => ((await jobs.read(signal))?.value.ticks ?? 0) >= 4);
      return stat(...about);
    };
    engine.transcode = async (...about) => {
      await until(async () => ((await jobs.readShard(0, signal))?.value.ticks ?? 0) >= 2);
      return transcode(...about);
    };
    await ask();
    expect(await work(sent[0])).to.not.have.property('problem');
    expect((await stage())?.kind).to.equal('done');
  });

  it('that is lost has its draft ended by its replacement', async () => {
    const { ask, sent, work, setAges, jobs, store } = await scene({
      format: 'mp4',
      height: 48,
      durationSeconds: 4,
    });
    const abandoned: string[] = [];
    store.abandon = async (name, id) => void abandoned.push(`${name} ${id}`);
    await ask();
    await work(sent[0], 2.9);
    const shard = await jobs.readShard(0, signal);
    if (shard === null) throw new Error('No shard was begun.');
    const draft = { name: 'parts/lost', id: 'upload' };
    await jobs.writeShard(0, { ...shard.value, isWaiting: false, draft }, shard, signal);
    setAges(17);
    await Promise.all([ask(), ask()]);
    expect(abandoned).to.deep.equal(['parts/lost upload']);
  });

  it('that has been replaced at a shard does not fail its replacement', async () => {
    const { ask, sent, work, stage, jobs, engine } = await scene({ format: 'wav', durationSeconds: 1 });
    const { transcode } = engine;
    engine.transcode = async () => {
      const shard = await jobs.readShard(0, signal);
      const revived = shard && { ...shard.value, attempt: shard.value.attempt + 1, isWaiting: true };
      if (revived) await jobs.writeShard(0, revived, shard, signal);
      throw new Problem('not-found', 'Its replacement has ended its draft.');
    };
    await ask();
    expect(await work(sent[0])).to.include({ told: null });
    expect((await stage())?.kind).to.equal('running');
    engine.transcode = transcode;
    await work(sent[0] && { ...sent[0], task: 0, attempt: 2 });
    expect((await stage())?.kind).to.equal('done');
  });

  it('that has been replaced at the assembly does not fail, and a slow one finishes', async () => {
    const { ask, sent, work, stage, jobs, source, store } = await scene({
      format: 'wav',
      durationSeconds: 1,
    });
    const { compose } = store;
    store.compose = async () => {
      const { generation = 0 } = (await jobs.read(signal))?.value ?? {};
      await jobs.change({ generation }, { kind: 'lost' }, signal);
      throw new Problem('not-found', 'Its replacement has removed the parts.');
    };
    await ask();
    expect(await work(sent[0])).to.include({ told: null });
    expect(await stage()).to.include({ kind: 'assembling', isWaiting: true });
    store.compose = compose;
    const { stat } = source;
    source.stat = async (...about) => {
      const ticks = (await jobs.read(signal))?.value.ticks ?? 0;
      // Renewed twice meanwhile.
      await until(async () => ((await jobs.read(signal))?.value.ticks ?? 0) >= ticks + 2);
      return stat(...about);
    };
    const event: Work | undefined = sent[0] && { ...sent[0], task: 'assemble', attempt: 2 };
    const [first, second] = await Promise.all([work(event), work(event)]);
    expect([first, second].some((fields) => 'problem' in fields)).to.equal(false);
    expect((await stage())?.kind).to.equal('done');
    expect(await filesIn(root, 'made')).to.have.length(1);
  });

  it('reports that its time was too short while there is some left', async () => {
    const { ask, sent, work, stage, engine } = await scene({ format: 'mp3', durationSeconds: 1 });
    engine.transcode = (_url, _args, options) =>
      new Promise((_resolve, reject) => {
        options.signal.addEventListener('abort', () => reject(options.signal.reason));
      });
    await ask();
    const killed = delay(4_000).then(() => ({ problem: 'killed' }));
    expect(await Promise.race([work(sent[0], 4), killed])).to.include({ problem: 'timeout', told: true });
    const now = await stage();
    expect(now?.kind === 'failed' && now.problem.type).to.equal('urn:sluice:problem:timeout');
  });

  it('whose time was too short for its part of a film sends for another', async () => {
    const { ask, sent, work, stage, engine } = await scene({ format: 'mp4', height: 48, durationSeconds: 4 });
    const { transcode } = engine;
    engine.transcode = (_url, _args, options) =>
      new Promise((_resolve, reject) => {
        options.signal.addEventListener('abort', () => reject(options.signal.reason));
      });
    await ask();
    expect(await work(sent[0], 4)).to.not.have.property('problem');
    expect(sent.at(-1)).to.include({ task: 0, attempt: 2 });
    engine.transcode = transcode;
    await work(sent.at(-1));
    expect((await stage())?.kind).to.equal('done');
    expect(await filesIn(root, 'parts')).to.have.length(0);
  });

  it('that has no time left to assemble the parts sends for another', async () => {
    const { ask, sent, work, stage, store } = await scene({ format: 'wav', durationSeconds: 1 });
    const { create } = store;
    const { now } = performance;
    store.create = async (...about) => {
      const draft = await create(...about);
      const publish = async () => {
        const published = await draft.publish();
        performance.now = () => now.call(performance) + 55_000;
        return published;
      };
      return { ...draft, publish };
    };
    try {
      await ask();
      await work(sent[0], 60);
    } finally {
      performance.now = now;
    }
    expect(sent.at(-1)).to.include({ task: 'assemble', attempt: 1 });
    expect(await stage()).to.include({ kind: 'assembling', isWaiting: true });
    await work(sent.at(-1));
    expect((await stage())?.kind).to.equal('done');
  });

  it('produces nothing of an object that was replaced after the request', async () => {
    const { ask, sent, work, stage, source } = await scene({ format: 'wav', durationSeconds: 1 });
    await ask();
    const media = join(root, 'media');
    await mkdir(media);
    await copyFile(join(demoDirectory, 'video.mp4'), join(media, 'video.mp4'));
    Object.assign(source, directorySource(media));
    expect(await work(sent[0])).to.include({ problem: 'source-changed', told: true });
    expect((await stage())?.kind).to.equal('failed');
    expect(await filesIn(root, 'made')).to.deep.equal([]);
  });

  it('leaves the shards alone if another took its place while it probed the media', async () => {
    const { ask, sent, work, jobs, source } = await scene({ format: 'mp3', durationSeconds: 1 });
    const { stat } = source;
    await ask();
    source.stat = async (...about) => {
      const { generation = 0 } = (await jobs.read(signal))?.value ?? {};
      await jobs.change({ generation }, { kind: 'lost' }, signal);
      return stat(...about);
    };
    await work(sent[0]);
    expect(await jobs.readShard(0, signal)).to.equal(null);
  });

  it('reports what went wrong, and again to a client that asks soon after', async () => {
    const { ask, sent, work, stage, setAges } = await scene({ format: 'wav', durationSeconds: 1 });
    await ask();
    const other: Work | undefined = sent[0] && { ...sent[0], key: 'gone.mp4' };
    await work(other);
    expect(await stage()).to.deep.include({ kind: 'failed' });
    await ask();
    expect(sent).to.have.length(1);
    setAges(11);
    await ask();
    expect(sent).to.have.length(2);
  });

  it('leaves no parts behind if they cannot be assembled', async () => {
    const { ask, sent, work, stage, store } = await scene({ format: 'wav', durationSeconds: 1 });
    let parts = 0;
    store.compose = async () => {
      parts = (await filesIn(root, 'parts')).length;
      throw new Problem('source-unavailable', 'The store does not answer.');
    };
    await ask();
    expect(await work(sent[0])).to.include({ problem: 'source-unavailable', told: true });
    expect(parts).to.equal(1);
    expect((await stage())?.kind).to.equal('failed');
    expect(await filesIn(root, 'parts')).to.deep.equal([]);
    expect(await filesIn(root, 'made')).to.deep.equal([]);
  });

  it('whose records cannot be read for a moment is still followed, and that is logged', async () => {
    const { ask, store } = await scene({ format: 'wav', durationSeconds: 1 });
    const { readRecord } = store;
    const failures: unknown[] = [];
    const down = new Error('The store does not answer.');
    let looks = 0;
    const response = await ask({
      secondsLeft: () => (looks < 3 ? 10 : 0),
      onFailure: (error: unknown) => failures.push(error),
    });
    store.readRecord = (...about) => (++looks === 1 ? Promise.reject(down) : readRecord(...about));
    expect(await response.text()).to.match(/^event: queued$/m);
    expect(failures).to.deep.equal([down]);
  });

  it('that cannot be sent is the answer', async () => {
    const { ask, stage } = await scene({ format: 'wav', durationSeconds: 1 });
    const problem = new Problem('workers-unavailable', 'Not permitted.');
    const failure = await ask({ send: () => Promise.reject(problem) }).catch((error: unknown) => error);
    expect(failure).to.equal(problem);
    expect((await stage())?.kind).to.equal('failed');
  });
});

async function filesIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Rejects if it does not come true within some seconds. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 300; looks++) {
    if (await isTrue()) return;
    await delay(50);
  }
  throw new Error('It has not come true.');
}

/** A store whose records are older by the given seconds. */
function aged(store: DerivedStore, seconds: () => number): DerivedStore {
  return {
    ...store,
    async readRecord(name, signal) {
      const record = await store.readRecord(name, signal);
      return record && { ...record, ageSeconds: record.ageSeconds + seconds() };
    },
  };
}
