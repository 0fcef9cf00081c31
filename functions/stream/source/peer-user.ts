import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Linux's list of TCP connections over IPv4, with their owners. */
const CONNECTIONS = '/proc/net/tcp';
/** Connections come and go while the list is read: one that was missed is there the next time. */
const LOOKS = 3;

/**
 * Returns whether another user's process is at the other end of a connection over 127.0.0.1. Where the system does
 * not tell (only Linux does), it is taken for our own.
 */
export function isOfAnotherUser({ remotePort = 0, localPort = 0 }: Socket): boolean {
  const own = process.getuid?.();
  if (own === undefined) return false;
  for (let look = 0; look < LOOKS; look++) {
    const list = connections();
    if (list === null) return false;
    const user = userOf(list, remotePort, localPort);
    if (user !== null) return user !== own;
  }
  return true;
}

function connections(): string | null {
  try {
    return readFileSync(CONNECTIONS, 'latin1');
  } catch {
    return null;
  }
}

/** Finds the owner of the connection from one port of 127.0.0.1 to another; null if there is none. */
export function userOf(list: string, fromPort: number, toPort: number): number | null {
  const ends = `${endOf(fromPort)} ${endOf(toPort)} `;
  const at = list.indexOf(`: ${ends}`);
  if (at < 0) return null;
  // After the two ends: state, queues, timer, retransmits, user.
  const [, , , , user] = list.slice(at + 2 + ends.length).split(/\s+/, 5);
  return user === undefined ? null : Number(user);
}

/** The address is a number in the order of the processor, the port is not. */
function endOf(port: number): string {
  return `${LOOPBACK}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

const LOOPBACK = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? '0100007F' : '7F000001';
