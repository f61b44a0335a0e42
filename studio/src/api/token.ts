// The server's token: asked for once in a browser, shared by its tabs, kept until the server refuses it.

const key = "magenta-token";
/** Where the browser keeps nothing: as long as the page. */
let unkept: string | null = null;

export function token(): string | null {
  try {
    return localStorage.getItem(key) ?? unkept;
  } catch {
    return unkept;
  }
}

/** Whether a header can carry it. What it can't is not sent: the server then asks, and it is forgotten. */
export const isSendable = (said: string): boolean => /^[\x21-\x7e]+$/.test(said);

/** What the user said when the server asked for its token. */
export function setToken(said: string): void {
  try {
    localStorage.setItem(key, said);
  } catch {
    unkept = said;
  }
}

/** The server does not know `refused`; one that was given meanwhile stays. */
function forget(refused: string | null): void {
  if (token() !== refused) return;
  unkept = null;
  try {
    localStorage.removeItem(key);
  } catch {
    // It was not kept.
  }
}

/** Called when the server wants a token; isRefused: another than it was given. Resolves when there is one, or the user has none. */
type AskForToken = (isRefused: boolean) => Promise<void>;
let askUser: AskForToken | null = null;
let asking: Promise<void> | null = null;
export function onTokenWanted(ask: AskForToken | null): void {
  askUser = ask;
}

/** The server refused `refused`. Whether there is a token to try; requests that need one at the same time share one question. */
export async function tokenAfter(refused: string | null): Promise<boolean> {
  forget(refused);
  if (token() === null && askUser) {
    asking ??= askUser(refused !== null).finally(() => (asking = null));
    await asking;
  }
  return token() !== null;
}
