import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { openLoopback } from '../../functions/stream/source/loopback.ts';
import { isOfAnotherUser, userOf } from '../../functions/stream/source/peer-user.ts';
import { needs } from '../../testing/needs.ts';

const LIST = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2000329 1 00000000170b4099 100 0 0 10 0
   1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 02:000A7214 00000000  1000        0 2002117 2 00000000c9ecd3c2 20 4 30 10 -1
   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000    33        0 2002118 1 00000000c9ecd3c3 20 4 30 10 -1
`;
const NOBODY = 65_534;

describe('the user at the other end of a connection', function () {
  this.timeout(20_000);

  it('is found by both ports, in their order', () => {
    expect(userOf(LIST, 0xd431, 0x1f90)).to.equal(1000);
    expect(userOf(LIST, 0x1f90, 0xd431)).to.equal(33);
    expect(userOf(LIST, 0xd431, 0x1f91)).to.equal(null);
    expect(userOf('', 1, 2)).to.equal(null);
  });

  it('is this one for a connection of its own', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    expect(isOfAnotherUser(accepted)).to.equal(false);
    socket.destroy();
    server.close();
  });

  it('gets nothing of a loopback reader if it is another one, who has read the address of the command line', async function () {
    needs(this, 'root', 'curl');
    const { signal } = new AbortController();
    const flow = { sizeBytes: null, stream: () => Readable.from([Buffer.from('the film')]) };
    const { url, close } = await openLoopback({ access: flow, etag: '"1"', signal });
    const read = (uid: number) =>
      promisify(execFile)('/usr/bin/curl', ['-s', url], { uid, env: {} }).then(
        ({ stdout }) => stdout,
        (error: { code: unknown }) => error.code,
      );
    expect(await read(process.getuid?.() ?? 0)).to.equal('the film');
    // Reset, or an empty reply.
    expect(await read(NOBODY)).to.be.oneOf([52, 56]);
    await close();
  });
});
