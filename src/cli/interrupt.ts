import { EXIT } from './exit-code.js';

/**
 * The first Ctrl-C or SIGTERM asks the command to come to an end in good order; the second ends it at once.
 */
export function interruptSignal(onFirst: () => void): {
  readonly signal: AbortSignal;
  readonly dispose: () => void;
} {
  const controller = new AbortController();
  const dispose = onInterrupt(() => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    onFirst();
  });
  return { signal: controller.signal, dispose };
}

/** Ctrl-C or SIGTERM ends the command at once: for what only looks, and has nothing to bring to an end. */
export function endOnInterrupt(): () => void {
  return onInterrupt(() => {
    // The prompt does not come behind a half line.
    if (process.stderr.isTTY) process.stderr.write('\n');
    process.exit(EXIT.interrupted);
  });
}

function onInterrupt(handler: () => void): () => void {
  process.on('SIGINT', handler).on('SIGTERM', handler);
  return () => {
    process.off('SIGINT', handler).off('SIGTERM', handler);
  };
}
