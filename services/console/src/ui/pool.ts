// How are many small reads carried out without a rush? A few at a time, in order; the first failure ends them.

/** Reads something for each item, at most `atOnce` at a time. `heard` tells how many are there; `goOn` says whether to go on. */
export async function readEach<I, T>(
  items: readonly I[],
  read: (item: I) => Promise<T>,
  heard: (done: number) => void = () => undefined,
  goOn: () => boolean = () => true,
  atOnce = 4,
): Promise<T[]> {
  const answers = new Array<T>(items.length);
  let next = 0;
  let done = 0;
  let failed = false;
  async function work(): Promise<void> {
    while (next < items.length && !failed && goOn()) {
      const mine = next++;
      try {
        answers[mine] = await read(items[mine]!);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
      heard(++done);
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return answers;
}
