/** The name of a file for what people call so: letters, digits, blanks, - and _, as any system takes them. */
export const fileNameOf = (title: string): string => title.replace(/[^\p{L}\p{M}\p{N}_-]+/gu, " ").trim();

/** Saves `blob` as a file of that name, as the browser saves what one downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
