import { type ChildProcess, spawn } from 'node:child_process';
import { SHELL } from './process-limits.ts';

/**
 * Binds the group that a child leads to the child and to this process: the rest of the group is killed when
 * the child ends, and all of it when this process ends in any way. Call it right after the start.
 */
export function bindGroup(child: ChildProcess): void {
  const { pid } = child;
  // The child never ran.
  if (pid === undefined) return;
  const kill = () => killGroup(child, 'SIGKILL');
  const watchdog = startWatchdog(pid);
  process.once('exit', kill);
  child.once('exit', () => {
    process.off('exit', kill);
    watchdog.kill('SIGKILL');
    kill();
  });
}

/** Signals the child and every process that it has started. */
export function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}

/**
 * Starts a shell that waits for the end of its input, which comes when this process is gone: a killed process
 * takes no child along by itself.
 */
function startWatchdog(group: number): ChildProcess {
  const watchdog = spawn(SHELL, ['-c', 'read -r _; kill -s KILL -- "-$1"', 'watchdog', String(group)], {
    cwd: '/',
    env: {},
    // In this process's group it would be killed with it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell, only this process guards the group.
  watchdog.on('error', () => {});
  watchdog.stdin?.on('error', () => {});
  // The watchdog must not hold up this process's own end.
  watchdog.unref();
  (watchdog.stdin as unknown as { unref?(): void } | null)?.unref?.();
  return watchdog;
}
