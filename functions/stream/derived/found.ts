import { Problem } from '../base/problem.ts';

/** Null where the store says that there is none. */
export async function nullIfMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.type === 'not-found') return null;
    throw error;
  }
}
