import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands in front of a service and lets all through, until it cuts every connection that there is. */
export type CutProxy = {
  readonly url: string;
  /** What clients have sent so far. */
  sent(): string;
  cut(): void;
  close(): Promise<void>;
};

export async function startCutProxy(serviceUrl: string): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let sent = '';
  const server = createServer((client) => {
    const service = connect(Number(new URL(serviceUrl).port), '127.0.0.1');
    client.on('data', (chunk) => {
      sent += chunk.toString('latin1');
    });
    client.pipe(service).pipe(client);
    for (const socket of [client, service]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        service.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
