import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type Daemons = {
  /** Returns why one of them ended by itself; null while all run. */
  failure(): Error | null;
  start(program: string, args: readonly string[], environment?: NodeJS.ProcessEnv): void;
  /** Ends all. Nothing is stored: everything that they have is in memory or in their directory. */
  end(): Promise<void>;
};

/**
 * Guards daemons, which end on demand, and also when this process dies: a shell waits for the end of its
 * input, then ends exactly the given processes and removes the directory.
 */
export function guardDaemons(directory: string): Daemons {
  const script =
    'pids=; while read -r pid; do pids="$pids $pid"; done; kill -9 $pids 2>/dev/null; rm -rf "$0"';
  const watch = spawn('sh', ['-c', script, directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.unref();
  const children: ChildProcess[] = [];
  let failure: Error | null = null;
  return {
    failure: () => failure,
    start(program, args, environment = process.env) {
      const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-2_000);
      });
      child.unref();
      if (child.stderr instanceof Socket) child.stderr.unref();
      children.push(child);
      child.once('error', (error) => {
        failure ??= error;
      });
      child.once('exit', (code) => {
        failure ??= new Error(`${program} ended with ${code}: ${said}`);
      });
      watch.stdin.write(`${child.pid}\n`);
    },
    async end() {
      const running = [watch, ...children].filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      );
      const exits = running.map((child) => once(child, 'exit'));
      for (const child of running) child.ref();
      watch.stdin.end();
      await Promise.all(exits);
    },
  };
}

/** Resolves when a port of 127.0.0.1 is open, or rejects when a daemon has failed. */
export async function listening(port: number, failure: () => Error | null): Promise<void> {
  for (;;) {
    const reason = failure();
    if (reason !== null) throw reason;
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isUp) return;
    await delay(50);
  }
}

/** Finds different ports of 127.0.0.1: all are open at once before they are released. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.once('listening', () => {
            const address = server.address();
            const port = typeof address === 'object' && address !== null ? address.port : 0;
            server.close(() => resolve(port));
          });
        }),
    ),
  );
}
