/**
 * A folder in its plainest form, without `//`, `.`, `..` and a slash at its end: `/` at least.
 * @param cwd where a relative one begins
 */
export function plainestFolder(text: string, cwd = ''): string {
  const segments: string[] = [];
  for (const segment of (text.startsWith('/') ? text : `${cwd}/${text}`).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}
