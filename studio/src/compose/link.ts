// A link that rebuilds what a model made: the model, what it was asked with its seed, and how the piece around it
// is called, packed into the address's fragment, which never leaves the browser.
import type { GenerateSequenceRequest } from "../api/types";

export interface LinkedResult {
  /** Of this form; others are of another version of the page. */
  form: 1;
  /** The generator's id. */
  model: string;
  name: string;
  track: { name: string; program: number; isDrum: boolean };
  /** With its seed. */
  request: GenerateSequenceRequest;
}

/** Most bytes that a link unpacks to: a link is written by anybody. */
const mostBytes = 8 << 20;

/** What comes out of `stream`; rejects where that is too much. */
async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const body = new Blob([bytes as BlobPart]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, BufferSource>);
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    if (size > mostBytes) {
      await reader.cancel();
      throw new RangeError("too long");
    }
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

const toBase64Url = (bytes: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const fromBase64Url = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** What stands after "#compose?link=". */
export async function packLink(result: LinkedResult): Promise<string> {
  return toBase64Url(await through(new TextEncoder().encode(JSON.stringify(result)), new CompressionStream("deflate-raw")));
}

/** null: it is no such link, or was cut. */
export async function unpackLink(packed: string): Promise<LinkedResult | null> {
  try {
    const bytes = await through(fromBase64Url(packed), new DecompressionStream("deflate-raw"));
    const result = JSON.parse(new TextDecoder().decode(bytes)) as Partial<LinkedResult>;
    const sections = result.request?.generatorOptions?.generateSections;
    const isWhole =
      result.form === 1 &&
      typeof result.model === "string" &&
      typeof result.name === "string" &&
      typeof result.track?.program === "number" &&
      Array.isArray(sections) &&
      Array.isArray(result.request?.inputSequence?.notes);
    return isWhole ? (result as LinkedResult) : null;
  } catch {
    return null;
  }
}
