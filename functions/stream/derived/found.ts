import { Problem } from '../base/problem.ts';

/** Returns null if the store says that there is no such object. */
export async function nullIfMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem && error.type === 'not-found') return null;
    throw error;
  }
}
