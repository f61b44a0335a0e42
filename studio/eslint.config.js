import tseslint from "typescript-eslint";

const parts = ["duet", "compose", "look", "teach"];
const below = ["music", "api", "sound", "store", "view", "texts"];

/** What each folder of the page may import beside itself; no part sees another. */
const seen = {
  music: [],
  api: ["music", "texts"],
  sound: ["music", "api", "texts"],
  view: ["music", "api", "sound", "texts"],
  store: ["music", "api", "sound", "view", "texts"],
  ...Object.fromEntries(parts.map((part) => [part, below])),
};

const layers = Object.entries(seen).map(([folder, others]) => ({
  files: [`src/${folder}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ regex: `^\\.\\./(?!(${others.join("|")})(/|$))`, message: `${folder} sees itself and ${others.join(", ") || "nothing else"} (eslint.config.js)` }] },
    ],
  },
}));

export default tseslint.config(
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      eqeqeq: "error",
      "prefer-const": "error",
    },
  },
  ...layers,
);
