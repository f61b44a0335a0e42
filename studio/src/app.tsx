// The shell: the studio's name, its parts as tabs, light and dark, messages, the token.
import { computed, effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { onTokenWanted, setToken, token } from "./api/token";
import { Compose } from "./compose/compose";
import { Duet } from "./duet/duet";
import { Look } from "./look/look";
import { isText, setting } from "./store/settings";
import { Teach } from "./teach/teach";
import { texts } from "./texts";
import { Dialog } from "./view/dialog";
import { SoundNotice } from "./view/sound_notice";
import { Toasts } from "./view/toasts";

export const tabNames = ["duet", "compose", "look", "teach"] as const;
export type TabName = (typeof tabNames)[number];
const tabs = { duet: Duet, compose: Compose, look: Look, teach: Teach };

const isTab = (value: string): value is TabName => (tabNames as readonly string[]).includes(value);
const tabOfAddress = (): TabName => {
  const name = location.hash.slice(1).split("?")[0] ?? "";
  return isTab(name) ? name : "duet";
};

/** The part that is shown; the address's fragment says it: #compose, #compose?link=... */
export const tab = signal<TabName>(tabOfAddress());

/** What was chosen, "dark" or "light"; "": as the system has it. */
const theme = setting("theme", "", isText);
const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => (systemIsDark.value = system.matches));
const isDark = computed(() => (theme.value === "" ? systemIsDark.value : theme.value === "dark"));
effect(() => {
  document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
});

const tokenWanted = signal<{ isRefused: boolean; answered: () => void } | null>(null);
onTokenWanted(
  (isRefused) =>
    new Promise((resolve) => {
      tokenWanted.value = { isRefused, answered: resolve };
    }),
);

function endTokenDialog(): void {
  const wanted = tokenWanted.value;
  tokenWanted.value = null;
  wanted?.answered();
}

/** Escape leaves the server's answer, that it wants a token, to what has asked it. */
function TokenDialog({ isRefused }: { isRefused: boolean }) {
  useEffect(() => {
    // Another tab may be told it first.
    const kept = () => token() !== null && endTokenDialog();
    addEventListener("storage", kept);
    return () => removeEventListener("storage", kept);
  }, []);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("token") as HTMLInputElement;
    setToken(field.value.trim());
    endTokenDialog();
  };
  return (
    <Dialog label={texts.shell.tokenField} onClose={endTokenDialog}>
      <form class="stack" onSubmit={send}>
        {isRefused && <p role="alert">{texts.shell.tokenRefused}</p>}
        <p>{texts.shell.token.map((text, i) => (i % 2 ? <code key={text}>{text}</code> : text))}</p>
        <label>
          {texts.shell.tokenField}
          <input name="token" type="password" autocomplete="off" required />
        </label>
        <button class="primary">{texts.shell.send}</button>
      </form>
    </Dialog>
  );
}

export function App() {
  useEffect(() => {
    const moved = () => (tab.value = tabOfAddress());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  const Shown = tabs[tab.value];
  return (
    <>
      <header class="bar">
        <h1>{texts.name}</h1>
        <nav aria-label={texts.shell.navigation}>
          {tabNames.map((name) => (
            <a key={name} href={`#${name}`} aria-current={tab.value === name ? "page" : undefined}>
              {texts.tabs[name]}
            </a>
          ))}
        </nav>
        <button class="quiet" aria-label={texts.shell.theme} onClick={() => (theme.value = isDark.value ? "light" : "dark")}>
          {isDark.value ? texts.shell.toLight : texts.shell.toDark}
        </button>
      </header>
      <SoundNotice />
      <main>
        <Shown />
      </main>
      <Toasts />
      {tokenWanted.value && <TokenDialog isRefused={tokenWanted.value.isRefused} />}
    </>
  );
}
