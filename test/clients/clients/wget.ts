import { stat } from 'node:fs/promises';
import { type Client, StepFault, watching } from '../client.ts';
import { expectSame, expectWhole } from '../downloaded.ts';
import { runProgram } from '../program.ts';

/** Downloads, and goes on at 70 % of the bytes where there are ranges. */
export const wget: Client = {
  name: 'wget',
  part: 'wget',
  kinds: ['progressive'],
  visit: (visit) =>
    watching(async (tell) => {
      const [whole, rest] = [`${visit.folder}/film`, `${visit.folder}/rest`];
      const start = performance.now();
      const { code, output } = await runProgram('start', '/usr/bin/wget', [
        '--no-config',
        '-nv',
        '-O',
        whole,
        visit.url,
      ]);
      tell.first(performance.now() - start);
      if (code !== 0) throw new StepFault('start', output);
      await expectWhole(visit, whole);
      if (!visit.seeks) return;
      const from = Math.floor((await stat(whole)).size * 0.7);
      const later = ['--no-config', '-nv', `--start-pos=${from}`, '-O', rest, visit.url];
      const again = await runProgram('seek', '/usr/bin/wget', later);
      if (again.code !== 0) throw new StepFault('seek', again.output);
      await expectSame(whole, from, rest);
    }),
};
