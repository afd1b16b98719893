import type { BareCodes } from '../code-facts.js';

export const SECRET_CODES = {
  SF301: { title: 'secret: environment variable missing' },
  SF302: { title: 'secret: file unreadable' },
  SF303: { title: 'secret: command failed' },
  SF304: { title: 'secret empty or malformed' },
  SF305: { title: 'token written into the file' },
  SF306: { title: "secret in a worker's variables" },
} as const satisfies BareCodes;
