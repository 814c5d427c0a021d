/** Like Promise.all over `work`, with at most `limit` at a time; when one fails, no further one is begun. */
export const inParallel = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = [];
  const queue = items.entries();
  let failed = false;
  const worker = async () => {
    for (const [at, item] of queue) {
      if (failed) return;
      results[at] = await work(item).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: limit }, worker));
  const rejected = settled.find((one) => one.status === 'rejected');
  if (rejected) throw rejected.reason;
  return results;
};
