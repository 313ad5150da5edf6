# The contract server: docker build -t nexus-sync .
# server/README.md describes how to run it.
FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-slim
ENV NODE_ENV=production NEXUS_SYNC_HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY generated generated
COPY server server
# The user of the base image; the files belong to root.
USER node
EXPOSE 4010
# Without curl, which the image does not have.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.NEXUS_SYNC_PORT || 4010}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The same as `npm start`; Node is process 1 and gets SIGTERM.
CMD ["node", "--disable-warning=DEP0169", "--max-semi-space-size=16", "server/main.ts"]
