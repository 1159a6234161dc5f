import type { LanguageRegistration } from "shiki";

/** Hot frames as the pages write them: bytes in hexadecimal, and after # what they are. */
export const hot: LanguageRegistration = {
  name: "hot",
  scopeName: "source.hot",
  patterns: [
    { match: "#.*$", name: "comment.line" },
    { match: "\\b[0-9a-fA-F]{2}\\b", name: "constant.numeric" },
  ],
  repository: {},
};
