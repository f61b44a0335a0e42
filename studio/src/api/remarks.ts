// What the server remarks on a request is written for the command line too: here it is said in the page's words.
import { texts } from "../texts";
import { ApiError } from "./client";

const inPageWords: [RegExp, string][] = [[/^no chords are given\b/, texts.remarks.noChords]];

/** `--steps_per_chord=16`: a setting of the page is called by its name alone. */
const flag = /--([a-z][a-z0-9_]*)(?:=("[^"]*"|[^\s;,)]*))?/g;
const named = (_: string, name: string) => texts.remarks.setting(name.replaceAll("_", " "));

export function remarkInPage(remark: string): string {
  return inPageWords.find(([start]) => start.test(remark))?.[1] ?? remark.replace(flag, named);
}

/** An error of a request for music, in such words. */
export function errorInPage(error: unknown): unknown {
  return error instanceof ApiError ? new ApiError(remarkInPage(error.message), remarkInPage(error.remedy), error.status) : error;
}
