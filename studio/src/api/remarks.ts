// What the server remarks and refuses is written for programs and the command line too: here it is said in the page's words.
import { texts } from "../texts";

const words = texts.remarks;

const remarks: [RegExp, string][] = [
  [/^no chords are given\b/, words.noChords],
  [/^there are no drums: the notes are taken for drums\b/, words.noDrums],
];

/**
 * `--steps_per_chord=16`, not the `--` within a drum grid or a command in backquotes: a setting of the page is called by its
 * name alone.
 */
const flag = /`[^`]*`|(?<![^\s"'(])--([a-z][a-z0-9_]*)(?:=("[^"]*"|[^\s;,)]*))?/g;
/** What the server is started with has no other name. */
const ofServer = ["auth_token", "soundfont", "studio_dir"];
const named = (all: string, name?: string) => (name === undefined || ofServer.includes(name) ? all : words.setting(name.replaceAll("_", " ")));

export function remarkInPage(remark: string): string {
  // Of several parts: which, and in which bars.
  const drawn = remark.match(/^drawn: (.*)$/)?.[1];
  if (drawn !== undefined) return words.drawn(drawn.replaceAll(/, new (?=in bar)/g, " "));
  return remarks.find(([start]) => start.test(remark))?.[1] ?? remark.replace(flag, named);
}

interface Told {
  message: string;
  remedy?: string;
}

/** Errors that people meet, with what the page knows to do about them. */
const errors: [RegExp, (found: RegExpMatchArray) => Told][] = [
  [/^there is no (?:generator|model) '/, () => ({ message: words.noModel, remedy: words.noModelRemedy })],
  [/^(?:no MIDI header|the file is no music that can be read)\b/, () => ({ message: words.noMusic })],
  [/^the (?:body|file) is empty\b/, () => ({ message: words.emptyFile })],
  [/^argument '\w*key': (?:'(.*)'|its text) is no key\b/, ([, text]) => ({ message: words.noKey(text ?? ""), remedy: words.noKeyRemedy })],
  [/^add=harmony: soprano, alto, tenor and bass are all there\b/, () => ({ message: words.allVoices, remedy: words.allVoicesRemedy })],
  [/^the argument keep is of notes that are drawn anew\b/, () => ({ message: words.noKept, remedy: words.noKeptRemedy })],
  [/^add=[^:]*: with them the piece has \d+ voices\b/, () => ({ message: words.tooManyVoices, remedy: words.tooManyVoicesRemedy })],
  [/^this is no name for a model\b/, () => ({ message: words.noName, remedy: words.noNameRemedy })],
];

/** An error in such words; `detail`: as the server told it, "" where that is what is shown. */
export function inPageWords({ message, remedy = "" }: Told): Required<Told> & { detail: string } {
  const detail = [message, remedy].filter((text) => text !== "").join(" / ");
  for (const [start, say] of errors) {
    const found = message.match(start);
    if (found) return { remedy: "", ...say(found), detail };
  }
  const told = { message: remarkInPage(message), remedy: remarkInPage(remedy) };
  return { ...told, detail: told.message === message && told.remedy === remedy ? "" : detail };
}
