import { chromiumPerson, firefoxPerson, type Hands } from './hands.ts';

/** A person at Chromium and one at Firefox. */
export type People = {
  /**
   * Has both open an address and do the same at once, since each waits for the service most of the time. Rejects with the
   * browser's name, also for what its page has complained of.
   */
  both(url: string, act: (hands: Hands, name: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
};

export async function twoPeople(): Promise<People> {
  const people = await Promise.all(
    Object.entries({ chromium: chromiumPerson, firefox: firefoxPerson }).map(async ([name, newPerson]) => {
      const person = await newPerson();
      return { name, person, hands: await person.newHands() };
    }),
  );
  return {
    async both(url, act) {
      // Each ends, whatever becomes of the other: the next test has their pages.
      const outcomes = await Promise.allSettled(
        people.map(async ({ name, hands }) => {
          try {
            await hands.open(url);
            await act(hands, name);
            const complaints = await hands.complaints();
            if (complaints.length > 0) throw new Error(complaints.join('\n'));
          } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            throw new Error(`In ${name}: ${message}`, { cause: error });
          }
        }),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    },
    close: async () => {
      await Promise.all(people.map(({ person }) => person.close()));
    },
  };
}
