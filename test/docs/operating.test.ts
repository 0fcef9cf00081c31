import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { METRIC_NAMES, METRICS } from '../../functions/stream/lambda/metrics.ts';
import { EVERY_OPTION } from '../../testing/every-option.ts';
import { markdownTable } from '../../testing/markdown-table.ts';
import { synthesise } from '../../testing/synthesised.ts';

const PAGE = new URL('../../docs/operating.md', import.meta.url);

describe('docs/operating.md', () => {
  it('says what to do for each alarm', async () => {
    const page = await readFile(PAGE, 'utf8');
    const environment = { MAX_GB_SECONDS_PER_DAY: '900' };
    const alarms = synthesise({ ...EVERY_OPTION, environment }).resources('aws_cloudwatch_metric_alarm');
    const names = alarms.map(([name]) => /^alarms_(.*)_[0-9A-F]{8}$/.exec(name)?.[1]);
    const [, part = ''] = /## Alarms([\s\S]*?)\n## /.exec(page) ?? [];
    const told = [...part.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
    expect(told).to.have.members(names);
  });

  it('says what each metric is', async () => {
    const page = await readFile(PAGE, 'utf8');
    const rows = METRIC_NAMES.map((name) => {
      const star = 'isByPlan' in METRICS[name] ? ' \\*' : '';
      return [`\`${name}\`${star}`, METRICS[name].means];
    });
    const table = markdownTable(['metric', 'meaning'], rows);
    const place = /\| metric +\| meaning[\s\S]*?\n(?=\n|Viewers)/;
    if (process.env.DOCS_WRITE === '1') await writeFile(PAGE, page.replace(place, table));
    expect(await readFile(PAGE, 'utf8')).to.contain(table);
  });
});
