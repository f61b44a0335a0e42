// Small pictures on buttons; the buttons' labels say what they mean.
const paths = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  start: "M6 5h2v14H6zM20 5v14L9 12z",
  loop: "M7 7h9V4l5 4.5L16 13v-3H9v4H7zM17 17H8v3l-5-4.5L8 11v3h7v-4h2z",
  metronome: "M9 3h6l4 18H5zM10.6 5 7.5 19h9l-.9-4H12l5-8 1.2.8L14 14h1.4L13.4 5z",
  draw: "M4 17.2V20h2.8L17.6 9.3l-2.9-2.9zM20 6.9a1 1 0 0 0 0-1.4L18.5 4a1 1 0 0 0-1.4 0l-1.3 1.3 2.8 2.9z",
  select: "M4 4h4v2H6v2H4zM10 4h4v2h-4zM16 4h4v4h-2V6h-2zM4 10h2v4H4zM18 10h2v4h-2zM4 16h2v2h2v2H4zM10 18h4v2h-4zM18 16h2v4h-4v-2h2z",
  cut: "M9.6 7.6A4 4 0 1 0 8.2 9L10 12l-1.8 3a4 4 0 1 0 1.4 1.4L12 14l6.5 6H21zM6 8a2 2 0 1 1 0-4 2 2 0 0 1 0 4zm0 12a2 2 0 1 1 0-4 2 2 0 0 1 0 4zM18.5 4 13 10l1.2 1.4L21 4z",
  undo: "M12 5V1L5 7l7 6V9c3.3 0 6 2.2 6 5.5S15.3 20 12 20H7v2h5c4.4 0 8-3.2 8-7.5S16.4 5 12 5z",
  redo: "M12 5V1l7 6-7 6V9c-3.3 0-6 2.2-6 5.5S8.7 20 12 20h5v2h-5c-4.4 0-8-3.2-8-7.5S7.6 5 12 5z",
  bin: "M6 19a2 2 0 0 0 2 2h8a2 2 0 0 0 2-2V7H6zM8 9h8v10H8zM15.5 4l-1-1h-5l-1 1H5v2h14V4z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  minus: "M5 11h14v2H5z",
  fit: "M4 5h2v14H4zM18 5h2v14h-2zM10 8v3h4V8l4 4-4 4v-3h-4v3l-4-4z",
  link: "M10.6 13.4a4 4 0 0 0 5.7 0l3.5-3.5a4 4 0 0 0-5.7-5.7l-1.8 1.8 1.4 1.4 1.8-1.8a2 2 0 0 1 2.9 2.9l-3.5 3.5a2 2 0 0 1-2.9 0zM13.4 10.6a4 4 0 0 0-5.7 0l-3.5 3.5a4 4 0 0 0 5.7 5.7l1.8-1.8-1.4-1.4-1.8 1.8a2 2 0 0 1-2.9-2.9l3.5-3.5a2 2 0 0 1 2.9 0z",
  close: "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z",
  check: "M9 16.2 4.8 12l-1.4 1.4L9 19 21 7l-1.4-1.4z",
} as const;
export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={paths[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}

interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  class?: string;
}

export function IconButton({ icon, label, onClick, disabled, pressed, class: more = "" }: IconButtonProps) {
  return (
    <button type="button" class={`icon-button ${more}`} aria-label={label} title={label} onClick={onClick} disabled={disabled} aria-pressed={pressed}>
      <Icon name={icon} />
    </button>
  );
}
