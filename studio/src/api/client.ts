// Asks the server this page came from. Every error is an ApiError: what happened, and what to do.
import { texts } from "../texts";
import { inPageWords } from "./remarks";
import { isSendable, token, tokenAfter } from "./token";

/** An error as people are told it. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** What to do; "" where nothing is known. */
    readonly remedy = "",
    /** The HTTP status; 0: no answer came. */
    readonly status = 0,
    /** What the server said, where `message` says it in other words; else "". */
    readonly detail = "",
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** An error as the server tells it, in the page's words where there are some. */
export function serverError(told: { message: string; remedy?: string }, status = 0): ApiError {
  const { message, remedy, detail } = inPageWords(told);
  return new ApiError(message, remedy, status, detail);
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: { message?: string; remedy?: string } };
    return serverError({ message: response.statusText, ...body.error }, response.status);
  } catch {
    return new ApiError(response.statusText || texts.errors.noAnswer, "", response.status);
  }
}

/** The response to a request, or an ApiError. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const headers = new Headers(init.headers);
    const known = token();
    if (known && isSendable(known)) headers.set("authorization", `Bearer ${known}`);
    let response: Response;
    try {
      response = await fetch(path, { ...init, headers });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ApiError(texts.errors.noAnswer, texts.errors.startServer);
    }
    if (response.ok) return response;
    if (response.status !== 401 || !(await tokenAfter(known))) throw await errorOf(response);
  }
}

/** Posts `file` as it is; an ApiError, and nothing is sent, where it has more than `most` bytes. */
export async function postFile(path: string, file: Blob, name: string, most: number, init: RequestInit = {}): Promise<Response> {
  const { tooLarge, tooLargeRemedy } = texts.files;
  if (file.size > most) throw new ApiError(tooLarge(name, file.size / (1 << 20)), tooLargeRemedy(most >> 20));
  return ask(path, { ...init, method: "POST", body: file, headers: { "content-type": "application/octet-stream", accept: "application/json" } });
}

export async function getJson<T>(path: string, init: RequestInit = {}): Promise<T> {
  return (await (await ask(path, init)).json()) as T;
}

/** Posts `body` as JSON. */
export async function postJson<T>(path: string, body: unknown, init: RequestInit = {}): Promise<T> {
  const response = await ask(path, {
    ...init,
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  return (await response.json()) as T;
}

export interface ServerEvent {
  name: string;
  data: unknown;
}

/** The server-sent events of a request, by fetch so that the token goes along. Ends with the stream. */
export async function* events(path: string, init: RequestInit = {}): AsyncGenerator<ServerEvent> {
  const response = await ask(path, init);
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      let chunk: ReadableStreamReadResult<string>;
      try {
        chunk = await reader.read();
      } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") throw error;
        throw new ApiError(texts.errors.stopped, texts.errors.startServer);
      }
      if (chunk.done) return;
      rest += chunk.value;
      const parts = rest.split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const event = parseEvent(part);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** One event of a stream, without its empty line. */
export function parseEvent(text: string): ServerEvent | null {
  let name = "message";
  const data: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trim());
  }
  if (data.length === 0) return null;
  try {
    return { name, data: JSON.parse(data.join("\n")) as unknown };
  } catch {
    return null;
  }
}
