import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Problem } from '../../functions/stream/base/problem.ts';
import { createEngine, type TranscodeOptions } from '../../functions/stream/engine/ffmpeg.ts';
import { ROOMY } from '../../testing/ample.ts';
import { gone } from '../../testing/processes.ts';

const ARGUMENTS = { input: ['-nostdin'], output: ['-f', 'mp4'] };

/**
 * Programs that replace ffmpeg. In the sandbox they can write to no file, but create an empty one named after
 * their process.
 */
const PROGRAMS = {
  whole: 'printf output',
  nothing: 'exit 0',
  failing: 'echo "Invalid data found" >&2; exit 1',
  withoutDecoder: 'echo "Decoder (codec av1) not found for input stream #0:0" >&2; exit 1',
  withoutLibass: 'echo "[AVFilterGraph @ 0x1] No such filter: \'ass\'" >&2; exit 1',
  withoutName: 'echo "Decoder (codec none) not found for input stream #0:0" >&2; exit 1',
  brokenOff: 'printf output; sleep 0.1; exit 1',
  crashing: 'kill -SEGV $$',
  killed: 'kill -KILL $$',
  killedLater: 'printf output; sleep 0.1; kill -KILL $$',
  stubborn: "trap '' TERM PIPE; printf output; while :; do sleep 0.1; done",
  silent: "trap '' TERM; while :; do sleep 0.1; done",
  environment: 'printf "["; cat /proc/$$/environ; printf "]"',
  arguments: 'printf "%s" "$*"',
  script:
    'cat /proc/self/fd/3; printf "|%s|" "$FONTCONFIG_FILE"; cat "$FONTCONFIG_FILE"; ls -l /proc/self/fd/4/',
  late: 'printf output',
};

describe('the engine', () => {
  let folder: string;
  let controller: AbortController;
  let ends: string[];
  let inputFailure: unknown;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-engine-'));
    for (const [name, commands] of Object.entries(PROGRAMS)) {
      const text = `#!/bin/bash\n: > "$0.$$.pid"\n${commands}\n`;
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

  function transcode(program: string, limits = ROOMY): Promise<Readable> {
    const options: TranscodeOptions = {
      signal: controller.signal,
      inputFailure: () => inputFailure,
      onSpawn: () => {},
      onExit: (stderr) => ends.push(stderr),
    };
    return createEngine(join(folder, program), limits).transcode('http://127.0.0.1:9/x', ARGUMENTS, options);
  }

  async function failureOf(work: Promise<unknown>): Promise<Problem> {
    const error: unknown = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(Problem);
    return error as Problem;
  }

  /** Returns the processes that ran `program`. */
  async function pidsOf(program: string): Promise<string[]> {
    const names = (await readdir(folder)).filter((name) => name.startsWith(`${program}.`));
    return names.map((name) => name.split('.')[1] ?? '');
  }

  async function started(program: string): Promise<string> {
    for (;;) {
      const [pid] = await pidsOf(program);
      if (pid !== undefined) return pid;
      await delay(20);
    }
  }

  // First, since fluent-ffmpeg asks once per process.
  it('runs the program once, without asking what it can do', async () => {
    const asked = (await buffer(await transcode('arguments'))).toString();
    expect(asked).to.equal('-nostdin -i http://127.0.0.1:9/x -f mp4 pipe:1');
    expect(await pidsOf('arguments')).to.have.length(1);
  });

  it("passes on the program's output, and ends when it did", async () => {
    expect((await buffer(await transcode('whole'))).toString()).to.equal('output');
    expect(ends).to.deep.equal(['']);
  });

  for (const [program, type] of [
    ['nothing', 'damaged-media'],
    ['failing', 'damaged-media'],
    ['crashing', 'damaged-media'],
    ['withoutDecoder', 'unsupported-media'],
    ['withoutLibass', 'unsupported-media'],
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

  it('hands over a script and fonts, and removes them', async () => {
    const script = { script: 'the script', fonts: [Buffer.from('a font')] };
    const engine = createEngine(join(folder, 'script'), ROOMY, import.meta.filename);
    const options = {
      signal: controller.signal,
      inputFailure: () => null,
      onSpawn: () => {},
      onExit: () => {},
    };
    const output = await engine.transcode('http://127.0.0.1:9/x', ARGUMENTS, { ...options, script });
    const [seen = '', path = '', rest = ''] = (await buffer(output)).toString().split('|');
    expect(seen).to.equal('the script');
    expect(rest).to.include(`<dir>${path.replace(/\.conf$/, '')}</dir>`);
    expect(rest)
      .to.match(/0\.font\n/)
      .and.to.include(`own.ttf -> ${import.meta.filename}`);
    expect(await readdir(dirname(path)).catch(({ code }) => code)).to.equal('ENOENT');
  });

  it('says that a build without libass burns no subtitles in', async () => {
    const { status, message } = await failureOf(transcode('withoutLibass'));
    expect([status, message]).to.deep.equal([
      415,
      'The ffmpeg that runs here burns no subtitles in: it is built without libass.',
    ]);
  });

  it('refuses a script without a font, with which nothing would be drawn', async () => {
    const script = { script: 'the script', fonts: [] };
    const options = {
      signal: controller.signal,
      inputFailure: () => null,
      onSpawn: () => {},
      onExit: () => {},
    };
    for (const font of [null, join(folder, 'absent.ttf')]) {
      const engine = createEngine(join(folder, 'whole'), ROOMY, font);
      const work = engine.transcode('http://127.0.0.1:9/x', ARGUMENTS, { ...options, script });
      expect((await failureOf(work)).message).to.match(/no font/);
    }
  });

  it('names the codec that the program does not decode, if that has a name', async () => {
    expect((await failureOf(transcode('withoutDecoder'))).message).to.contain('does not decode av1');
    expect((await failureOf(transcode('withoutName'))).message).to.equal(
      'The codec of this media is unknown.',
    );
  });

  it("reports the program's last lines to the log", async () => {
    await failureOf(transcode('failing'));
    expect(ends[0]).to.contain('Invalid data found');
  });

  it('breaks the output when the input broke, whatever the program says', async () => {
    const output = await transcode('killedLater');
    inputFailure = new Problem('source-changed', 'It was replaced.');
    expect((await failureOf(buffer(output))).type).to.equal('source-changed');
  });

  it('sends no output of a broken input', async () => {
    inputFailure = new Problem('source-changed', 'It was replaced.');
    expect((await failureOf(transcode('whole'))).type).to.equal('source-changed');
  });

  it('hands no environment to the program', async () => {
    const environment = (await buffer(await transcode('environment'))).toString();
    // Node.js adds this one to every child if coverage is measured.
    expect(environment.replace(/NODE_V8_COVERAGE=[^\0]*\0/, '')).to.equal('[]');
  });

  it('kills a stubborn process when its reader goes', async () => {
    const output = await transcode('stubborn');
    output.destroy();
    await gone(await started('stubborn'));
  });

  it('stops a program that writes nothing, with the reason of the stop', async () => {
    const work = transcode('silent');
    const pid = await started('silent');
    controller.abort(new Problem('timeout', 'Out of time.'));
    expect((await failureOf(work)).type).to.equal('timeout');
    await gone(pid);
  });

  it('starts nothing when it is stopped before the start', async () => {
    const work = transcode('late');
    controller.abort(new Problem('timeout', 'Out of time.'));
    expect((await failureOf(work)).type).to.equal('timeout');
    while (ends.length === 0) await delay(20);
    expect(await pidsOf('late')).to.deep.equal([]);
  });
});
