import { stat } from 'node:fs/promises';
import { type Client, StepFault, watching } from '../client.ts';
import { expectSame, expectWhole } from '../downloaded.ts';
import { runProgram } from '../program.ts';

/** Downloads, and asks for the range from 70 % of the bytes on where there are ranges. */
export const curl: Client = {
  name: 'curl',
  part: 'curl',
  kinds: ['progressive'],
  visit: (visit) =>
    watching(async (tell) => {
      const [whole, rest] = [`${visit.folder}/film`, `${visit.folder}/rest`];
      const common = [
        '--disable',
        '--silent',
        '--show-error',
        '--fail',
        '--location',
        '--write-out',
        '%{time_starttransfer}',
      ];
      const { code, output } = await runProgram('start', '/usr/bin/curl', [
        ...common,
        '-o',
        whole,
        visit.url,
      ]);
      if (code !== 0) throw new StepFault('start', output);
      tell.first(Number(output) * 1000);
      await expectWhole(visit, whole);
      if (!visit.seeks) return;
      const from = Math.floor((await stat(whole)).size * 0.7);
      const again = await runProgram('seek', '/usr/bin/curl', [
        ...common,
        '-r',
        `${from}-`,
        '-o',
        rest,
        visit.url,
      ]);
      if (again.code !== 0) throw new StepFault('seek', again.output);
      await expectSame(whole, from, rest);
    }),
};
