import { type ChildProcess, spawn } from 'node:child_process';
import { SHELL } from './process-limits.ts';

/**
 * Binds the group that a child leads to the child and to this process: what it leaves behind is killed when it ends,
 * and all of it when this process ends, however it does. To be called right after the start.
 */
export function bindGroup(child: ChildProcess): void {
  const { pid } = child;
  // It never ran.
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

/** Signals the child and all that it has started. */
export function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

/**
 * A shell that waits for the end of its input, which comes when nobody is left to write there: a process that is killed
 * takes nobody along by itself.
 */
function startWatchdog(group: number): ChildProcess {
  const watchdog = spawn(SHELL, ['-c', 'read -r _; kill -s KILL -- "-$1"', 'watchdog', String(group)], {
    cwd: '/',
    env: {},
    // Not in this process's group, with which it would be killed.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell, who is left is this process alone.
  watchdog.on('error', () => {});
  watchdog.stdin?.on('error', () => {});
  // A process that has nothing else to do may end.
  watchdog.unref();
  (watchdog.stdin as unknown as { unref?(): void } | null)?.unref?.();
  return watchdog;
}
