# The hook service alone: without the packages that only the CLI's cluster access and pictures, the tests and the tools need.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY crds crds
COPY scripts/built-crds.ts scripts/
RUN npx tsc -p tsconfig.build.json && /usr/local/bin/node scripts/built-crds.ts && npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY examples examples
USER nonroot
# One start and stop, and what the thread of the encrypted door loads, so that the next ones find compiled code: theirs may
# have no folder to write to.
ENV NODE_COMPILE_CACHE=/home/nonroot/compile-cache
RUN ["/nodejs/bin/node", "--input-type=module", "--eval", "import './dist/http/admission-app.js'; import './dist/http/tls.js'; import { run } from './dist/cli/run.js'; await run(['serve', '--host=127.0.0.1', '--port=0'], 'dynamicenv'); process.kill(process.pid, 'SIGTERM')"]
EXPOSE 8080 8443
ENTRYPOINT ["/nodejs/bin/node", "dist/cli.js"]
CMD ["serve"]
