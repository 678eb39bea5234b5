# The hook service alone: without the packages that only the CLI's cluster access and pictures, the tests and the tools need.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npx tsc -p tsconfig.build.json && npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY crds crds
COPY examples examples
USER nonroot
EXPOSE 8080 8443
ENTRYPOINT ["/nodejs/bin/node", "dist/cli.js"]
CMD ["serve"]
