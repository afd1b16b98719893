/** The one who runs this: in a container that may be a uid which no passwd entry names, and the look-up throws. */
export function userName(
  lookUp: () => { readonly username: string },
  environment: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
): string {
  try {
    return lookUp().username;
  } catch {
    const told = [environment['LOGNAME'], environment['USER']].find(
      (name) => name !== undefined && name !== '',
    );
    return told ?? (uid === undefined ? 'somebody' : `uid-${uid}`);
  }
}
