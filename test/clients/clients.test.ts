import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { needs } from '../support/needs.ts';
import { ADDRESSES } from './addresses.ts';
import { type Cell, visitCell } from './cell.ts';
import { CLIENTS } from './clients/all.ts';
import { FILMS } from './films.ts';
import { type Services, startServices } from './services.ts';
import { lineOf, pageOf } from './table.ts';

const PAGE = new URL('../../docs/clients.md', import.meta.url);
/** Visits under way: one decodes while another waits. */
const AT_ONCE = 3;

/** `CLIENTS_ONLY=mpv` or `CLIENTS_ONLY='hls.js|song'` runs the cells whose names have that in them, for development. */
const only = new RegExp(process.env.CLIENTS_ONLY ?? '');

describe('foreign clients', function () {
  this.timeout(1_800_000);
  let services: Services;
  const visits = FILMS.flatMap((film) =>
    CLIENTS.map((client) => ({
      film,
      client,
      addresses: ADDRESSES.filter(({ name }) => only.test(`${client.name} ${film.name} ${name}`)),
    })),
  ).filter(({ addresses }) => addresses.length > 0);
  const runs: Promise<readonly Cell[]>[] = [];

  before(async function () {
    needs(this, 'cases', 'ffmpeg', ...CLIENTS.flatMap(({ part }) => part ?? []));
    services = await startServices();
    for (const [i, { film, client, addresses }] of visits.entries()) {
      const run = Promise.allSettled([runs[i - AT_ONCE]]).then(async () => {
        const seen: Cell[] = [];
        for (const address of addresses) seen.push(await visitCell(services, client, address, film));
        return seen;
      });
      // Its own test tells.
      run.catch(() => {});
      runs.push(run);
    }
  });

  after(async () => {
    await services?.close();
  });

  for (const [i, { film, client }] of visits.entries()) {
    it(`${client.name} plays the ${film.name}`, async () => {
      const seen = (await runs[i]) ?? [];
      for (const cell of seen) if (cell.kind !== 'none') console.log(`        ${lineOf(cell)}`);
      expect(seen.filter(({ kind }) => kind === 'ours').map(lineOf)).to.deep.equal([]);
    });
  }

  it('is what docs/clients.md says', async function () {
    if (process.env.CLIENTS_ONLY !== undefined) return this.skip();
    const seen = (await Promise.all(runs)).flat();
    const page = pageOf(seen);
    console.log(page);
    if (process.env.CLIENTS_WRITE === '1') await writeFile(PAGE, page);
    expect(page, 'CLIENTS_WRITE=1 npm run test:clients writes it').to.equal(await readFile(PAGE, 'utf8'));
  });
});
