/**
 * One look at a time for all who ask. Who asks while one goes on gets the next, together with all others: nobody is told what
 * was before the question.
 */
export function sharedLook<T>(look: () => Promise<T>): () => Promise<T> {
  let going: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    next = undefined;
    const begun = look();
    going = begun.catch(() => undefined);
    return begun;
  };
  return () => (next ??= going.then(begin));
}
