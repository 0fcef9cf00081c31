import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';

/** Of util-linux, which Debian always has and Lambda's system may not. */
const SETPRIV = '/usr/bin/setpriv';
/** The bit of CAP_SETPCAP in Linux's list of capabilities. */
const MAY_DROP = 1n << 8n;

/**
 * Returns the words before a program that is to gain no privileges, whatever it starts (no set-user-id program), and
 * that loses those of root; none where the system has no such words. They replace themselves by the program.
 */
export function withoutPrivileges(): readonly string[] {
  try {
    accessSync(SETPRIV, constants.X_OK);
    // Busybox has a smaller one.
    const isWhole = basename(realpathSync(SETPRIV)) === 'setpriv';
    const lost = isWhole && mayDrop() ? ['--inh-caps=-all', '--bounding-set=-all'] : [];
    return [SETPRIV, '--no-new-privs', ...lost, '--'];
  } catch {
    return [];
  }
}

/** Root has them all, except in some containers. */
function mayDrop(): boolean {
  const [, effective = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return (BigInt(`0x${effective}`) & MAY_DROP) !== 0n;
}
