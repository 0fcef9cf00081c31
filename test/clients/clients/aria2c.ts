import { type Client, StepFault, watching } from '../client.ts';
import { expectWhole } from '../downloaded.ts';
import { runProgram } from '../program.ts';

/** Downloads over several connections where there are ranges. It seeks nowhere. */
export const aria2c: Client = {
  name: 'aria2c',
  part: 'aria2',
  kinds: ['progressive'],
  visit: (visit) =>
    watching(async (tell) => {
      const start = performance.now();
      const { code, output } = await runProgram('start', '/usr/bin/aria2c', [
        ...['--no-conf', '--dir', visit.folder, '--out', 'film', '--split=4', '--min-split-size=1M'],
        ...['--max-connection-per-server=4', '--enable-color=false', visit.url],
      ]);
      tell.first(performance.now() - start);
      for (const [line] of output.matchAll(/^.*\[(WARN|ERROR)\].*$/gm)) tell.event(line);
      if (code !== 0) throw new StepFault('start', output.slice(-400));
      await expectWhole(visit, `${visit.folder}/film`);
    }),
};
