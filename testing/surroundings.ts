/** Runs `work` in another time zone and under another umask, which a reproducible build must not notice. */
export async function elsewhere<T>(work: () => Promise<T>): Promise<T> {
  const { TZ } = process.env;
  const umask = process.umask(0o077);
  process.env.TZ = 'Pacific/Kiritimati';
  try {
    return await work();
  } finally {
    process.umask(umask);
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
}
