// Every word that people read, so that others can translate them: one file, a group for each part of the page.

export const texts = {
  name: "Magenta Studio",
  tabs: { duet: "Duet", compose: "Compose", look: "Look inside", teach: "Teach" },
  shell: {
    navigation: "Parts of the studio",
    toDark: "Dark",
    toLight: "Light",
    theme: "Change between light and dark",
    loading: "Loading…",
    dismiss: "Dismiss",
    token: "This server asks for its token. It is what --auth_token or $MAGENTA_AUTH_TOKEN said where it was started.",
    tokenField: "Token",
    send: "Send",
  },
  errors: {
    noAnswer: "The server does not answer.",
    startServer: "Start it again with `magenta studio`. What you made is kept.",
    stopped: "The server stopped in the middle of the answer.",
    unknown: "Something went wrong.",
  },
  duet: {},
  compose: {},
  look: {},
  teach: {},
};
