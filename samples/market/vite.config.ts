import { defineConfig } from "vite";
import { feed } from "./feed/host.js";

export default defineConfig({ plugins: [feed()], build: { target: "es2022" } });
