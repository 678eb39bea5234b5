# The hook service alone: without the packages that only the CLI's cluster access and pictures, the tests and the tools need.
# By digest (of the index of all platforms), since a tag can be moved. `docker buildx imagetools inspect <name>:<tag>` says what
# it is now; --build-arg takes another one, such as a mirror's.
ARG BUILD_IMAGE=node:24.18.0-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot@sha256:14d42e2511532589a7c7e01a753667a74fcc96266e137e8125006b87b0c32d0a

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --workspaces=false
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY crds crds
COPY scripts/built-crds.ts scripts/
RUN npx tsc -p tsconfig.build.json && /usr/local/bin/node scripts/built-crds.ts
# Again, and only what the service needs: `npm prune` would leave what the workspaces depend on.
RUN npm ci --omit=dev --ignore-scripts --workspaces=false

FROM ${RUN_IMAGE}
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
