import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Everything the page may do: load from its own origin, compile Wasm, start its own workers. Nothing else. */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Puts the policy into the built page (the development server needs inline scripts, so not there). */
const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
  ],
}

export default defineConfig({
  plugins: [react(), contentSecurityPolicy],
  base: './',
  build: { target: 'es2023', chunkSizeWarningLimit: 1200 },
  worker: { format: 'es' },
  preview: { host: 'localhost', port: 4173 },
  server: { host: 'localhost', port: 5173 },
})
