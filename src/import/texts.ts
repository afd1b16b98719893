import { strayPlaceholders } from '../farm/host-range.js';
import { plainestFolder } from '../host/folder.js';

/** Whether the file can hold a text: in its values `{n}` stands for the number of a host of a range. */
export function isWritable(text: string): boolean {
  return !/(?![\t\n])\p{Cc}/u.test(text) && strayPlaceholders(text, false).length === 0;
}

/**
 * An absolute path in its plainest form; undefined for what a file cannot hold as a folder of a host.
 * @param cwd where a relative one begins
 */
export function hostFolder(text: string, cwd = ''): string | undefined {
  const whole = text.startsWith('/') ? text : `${cwd}/${text}`;
  const path = plainestFolder(whole);
  return whole.startsWith('/') && path !== '/' && !/\p{Cc}/u.test(path) && isWritable(path)
    ? path
    : undefined;
}
