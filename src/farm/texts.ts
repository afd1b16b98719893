import { finding, type YamlPath } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { Report } from './report.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Whether a host or a worker can have the name. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Checks a name of a host or worker, which becomes part of file paths. */
export function checkName(name: string, at: YamlPath, report: Report, on: 'key' | 'value' = 'key'): void {
  if (isName(name)) return;
  const help = "Use letters, digits, '.', '_' and '-', at most 63, beginning with a letter or digit.";
  report(finding('SF117', at, `${quote(name)} is no name that can be used here`, { help, on }));
}

/** A path of a host, which the schema has seen to begin with a slash, without one at its end. */
export function hostPath(written: string, at: YamlPath, report: Report): string {
  const path = written.length > 1 && written.endsWith('/') ? written.slice(0, -1) : written;
  const problem = pathProblem(path);
  if (problem !== undefined) {
    report(finding('SF211', at, `${quote(written)} is no path that can be used: ${problem}`));
  } else if (path !== written) {
    report(
      finding('SF212', at, `the slash at the end of ${quote(written)} is left out`, { severity: 'note' }),
    );
  }
  return path;
}

function pathProblem(path: string): string | undefined {
  if (path === '/') return 'it is the root of the file system';
  if (/\p{Cc}/u.test(path)) return 'it contains a control character';
  const segments = path.slice(1).split('/');
  if (segments.includes('..')) return "it contains '..'";
  if (segments.includes('.') || segments.includes('')) return "it contains '//' or '/./'";
  return undefined;
}
