// Keeps what changes, no more often than need be.

/** Saves what changes: the first change at once, those that follow no more often than every `pause` ms. */
export class Autosave<T> {
  private waiting: { value: T } | null = null;
  private running: Promise<void> | null = null;
  private isFlushing = false;
  private pauseEnds: () => void = () => undefined;
  /** Whether nothing waits to be kept, or is being kept. */
  isDone = true;

  constructor(
    /** Keeps a value; what it throws is told to `failed`, and the next change tries again. */
    private readonly write: (value: T) => Promise<void>,
    private readonly failed: (error: unknown) => void,
    private readonly pause = 400,
  ) {}

  changed(value: T): void {
    this.waiting = { value };
    this.isDone = false;
    this.running ??= this.run().finally(() => (this.running = null));
  }

  /** Ends when all that changed is kept, or could not be. */
  async flush(): Promise<void> {
    while (this.running) {
      this.isFlushing = true;
      this.pauseEnds();
      await this.running;
    }
    this.isFlushing = false;
  }

  private async run(): Promise<void> {
    while (this.waiting) {
      const { value } = this.waiting;
      this.waiting = null;
      try {
        await this.write(value);
      } catch (error) {
        this.failed(error);
      }
      this.isDone = this.waiting === null;
      if (!this.isFlushing) await this.rest();
    }
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.pause);
      this.pauseEnds = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
