import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { needs } from '../../testing/needs.ts';
import { ADDRESSES, type Address } from './addresses.ts';
import { type Cell, visitCell } from './cell.ts';
import type { Client } from './client.ts';
import { CLIENTS } from './clients/all.ts';
import { FILMS, type Film } from './films.ts';
import { isInCi } from './in-ci.ts';
import { type Services, startServices } from './services.ts';
import { lineOf, markOf, NOT_SEEN, nameOf, pageOf, textOf, textsOf } from './table.ts';

const PAGE = new URL('../../docs/clients.md', import.meta.url);

// Of the environment. `CLIENTS_ALL=1` visits every cell of the page instead of those that `isInCi` picks,
// `CLIENTS_ONLY='mpv'` or `CLIENTS_ONLY='song, hls'` those whose names match that, and `CLIENTS_WRITE=1` writes what was
// seen into the page.
const { CLIENTS_ALL, CLIENTS_ONLY, CLIENTS_WRITE } = process.env;
const isWritten = CLIENTS_WRITE === '1';
/** Visits under way: one decodes while another waits. One alone where its time is written down. */
const AT_ONCE = isWritten ? 1 : 3;

function isChosen(film: Film, client: Client, address: Address): boolean {
  if (CLIENTS_ONLY !== undefined) {
    return new RegExp(CLIENTS_ONLY).test(
      nameOf({ film: film.name, client: client.name, address: address.name }),
    );
  }
  return CLIENTS_ALL === '1' || isInCi(film, client);
}

describe('foreign clients', function () {
  this.timeout(1_800_000);
  let services: Services;
  const visits = FILMS.flatMap((film) =>
    CLIENTS.map((client) => ({
      film,
      client,
      addresses: ADDRESSES.filter((address) => isChosen(film, client, address)),
    })),
  ).filter(({ addresses }) => addresses.length > 0);
  const runs: Promise<readonly Cell[]>[] = [];

  before(async function () {
    needs(this, 'cases', 'ffmpeg', ...visits.flatMap(({ client: { part } }) => part ?? []));
    services = await startServices([...new Set(visits.map(({ film }) => film))]);
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

  it('are what docs/clients.md says of them', async () => {
    const seen = (await Promise.all(runs)).flat().map((cell) => [nameOf(cell), textOf(cell)] as const);
    if (isWritten) {
      const known = textsOf(await readFile(PAGE, 'utf8'));
      await writeFile(PAGE, pageOf(new Map([...known, ...seen])));
    }
    const written = textsOf(await readFile(PAGE, 'utf8'));
    const ofPage = seen.map(([name]) => [name, markOf(written.get(name) ?? NOT_SEEN)]);
    expect(ofPage, 'CLIENTS_WRITE=1').to.deep.equal(seen.map(([name, text]) => [name, markOf(text)]));
  });

  it('have each been seen in each place of docs/clients.md', async () => {
    const page = await readFile(PAGE, 'utf8');
    const written = textsOf(page);
    expect(page).to.equal(pageOf(written));
    expect([...written].filter(([, text]) => text === NOT_SEEN)).to.deep.equal([]);
  });
});
