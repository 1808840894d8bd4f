FROM node:24-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM gcr.io/distroless/nodejs24-debian13
LABEL org.opencontainers.image.title="pgate" \
      org.opencontainers.image.description="The gate between PostgreSQL and an API" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/dist /pgate
COPY --chown=65532:65532 migrations /migrations
ENV PGATE_MIGRATIONS=/migrations NODE_ENV=production
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/nodejs/bin/node", "/pgate/pgate.mjs"]
