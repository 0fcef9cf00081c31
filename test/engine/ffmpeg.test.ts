import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createEngine, type TranscodeOptions } from '../../functions/stream/engine/ffmpeg.ts';
import { Problem } from '../../functions/stream/http/problem.ts';

const ARGUMENTS = { input: ['-nostdin'], output: ['-f', 'mp4'] };

/** Programs in the place of ffmpeg. `$0.pid` takes the number of the process, `$0.log` what it was called with. */
const PROGRAMS = {
  whole: 'printf made',
  nothing: 'exit 0',
  failing: 'echo "Invalid data found" >&2; exit 1',
  withoutDecoder: 'echo "Decoder (codec av1) not found for input stream #0:0" >&2; exit 1',
  withoutName: 'echo "Decoder (codec none) not found for input stream #0:0" >&2; exit 1',
  brokenOff: 'printf made; sleep 0.1; exit 1',
  crashing: 'kill -SEGV $$',
  killed: 'kill -KILL $$',
  killedLater: 'printf made; sleep 0.1; kill -KILL $$',
  stubborn: "trap '' TERM PIPE; printf made; while :; do sleep 0.1; done",
  silent: "trap '' TERM; while :; do sleep 0.1; done",
  environment: 'printf "["; cat /proc/$$/environ; printf "]"',
  surveyed: 'printf made',
  late: 'printf made',
};

describe('the engine', () => {
  let folder: string;
  let controller: AbortController;
  let ends: string[];
  let inputFailure: unknown;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-engine-'));
    for (const [name, commands] of Object.entries(PROGRAMS)) {
      const text = `#!/bin/bash\necho $$ > "$0.pid"; echo "$*" >> "$0.log"\n${commands}\n`;
      await writeFile(join(folder, name), text);
      await chmod(join(folder, name), 0o755);
    }
    await writeFile(join(folder, 'notExecutable'), '#!/bin/bash\n');
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    controller = new AbortController();
    ends = [];
    inputFailure = null;
  });

  function transcode(program: string): Promise<Readable> {
    const options: TranscodeOptions = {
      signal: controller.signal,
      inputFailure: () => inputFailure,
      onSpawn: () => {},
      onExit: (stderr) => ends.push(stderr),
    };
    return createEngine(join(folder, program)).transcode('http://127.0.0.1:9/x', ARGUMENTS, options);
  }

  async function failureOf(work: Promise<unknown>): Promise<Problem> {
    const error: unknown = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(Problem);
    return error as Problem;
  }

  /** Resolves when the process that `program` ran as is gone. */
  async function gone(program: string): Promise<void> {
    const pid = (await readFile(join(folder, `${program}.pid`), 'utf8')).trim();
    for (;;) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      if (stat === '' || / Z /.test(stat)) return;
      await delay(20);
    }
  }

  // First, since fluent-ffmpeg asks once per process.
  it('runs the program once, without asking what it can do', async () => {
    await buffer(await transcode('surveyed'));
    const calls = (await readFile(join(folder, 'surveyed.log'), 'utf8')).trim().split('\n');
    expect(calls).to.deep.equal(['-nostdin -i http://127.0.0.1:9/x -f mp4 pipe:1']);
  });

  it('gives what the program writes, and ends when it did', async () => {
    expect((await buffer(await transcode('whole'))).toString()).to.equal('made');
    expect(ends).to.deep.equal(['']);
  });

  for (const [program, type] of [
    ['nothing', 'damaged-media'],
    ['failing', 'damaged-media'],
    ['crashing', 'damaged-media'],
    ['withoutDecoder', 'unsupported-media'],
    ['killed', 'internal'],
    ['notExecutable', 'internal'],
    ['absent', 'internal'],
  ] as const) {
    it(`calls it ${type} when the program is ${program}`, async () => {
      expect((await failureOf(transcode(program))).type).to.equal(type);
      expect(ends).to.have.length(1);
    });
  }

  for (const [program, type] of [
    ['brokenOff', 'damaged-media'],
    ['killedLater', 'internal'],
  ] as const) {
    it(`breaks the output when the program is ${program}`, async () => {
      const output = await transcode(program);
      expect((await failureOf(buffer(output))).type).to.equal(type);
    });
  }

  it('names the codec that the program does not decode, if that has a name', async () => {
    expect((await failureOf(transcode('withoutDecoder'))).message).to.contain('does not decode av1');
    expect((await failureOf(transcode('withoutName'))).message).to.equal(
      'How this media is coded is not known here.',
    );
  });

  it('keeps what the program said for the log', async () => {
    await failureOf(transcode('failing'));
    expect(ends[0]).to.contain('Invalid data found');
  });

  it('breaks the output when the input broke, whatever the program says', async () => {
    const output = await transcode('killedLater');
    inputFailure = new Problem('source-changed', 'It was replaced.');
    expect((await failureOf(buffer(output))).type).to.equal('source-changed');
  });

  it('sends nothing that was made of a broken input', async () => {
    inputFailure = new Problem('source-changed', 'It was replaced.');
    expect((await failureOf(transcode('whole'))).type).to.equal('source-changed');
  });

  it('hands no environment to the program', async () => {
    const environment = (await buffer(await transcode('environment'))).toString();
    // Node.js adds this one to every child by itself where coverage is measured.
    expect(environment.replace(/NODE_V8_COVERAGE=[^\0]*\0/, '')).to.equal('[]');
  });

  it('leaves no process behind that will not listen, when its reader goes', async () => {
    const output = await transcode('stubborn');
    output.destroy();
    await gone('stubborn');
  });

  it('stops a program that writes nothing, with the reason of the stop', async () => {
    const work = transcode('silent');
    while ((await readFile(join(folder, 'silent.pid'), 'utf8').catch(() => '')) === '') {
      await delay(20);
    }
    controller.abort(new Problem('timeout', 'Out of time.'));
    expect((await failureOf(work)).type).to.equal('timeout');
    await gone('silent');
  });

  it('starts nothing when it is stopped before the start', async () => {
    const work = transcode('late');
    controller.abort(new Problem('timeout', 'Out of time.'));
    expect((await failureOf(work)).type).to.equal('timeout');
    while (ends.length === 0) await delay(20);
    expect(await readFile(join(folder, 'late.log'), 'utf8').catch(() => 'never ran')).to.equal('never ran');
  });
});
