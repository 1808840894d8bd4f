FROM node:24-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The build needs no package's install script, and so runs none of other people's.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build
COPY migrations migrations
# Readable to whatever user the container is run as, however strict the umask of the checkout.
RUN chmod -R a+rX,go-w dist migrations

FROM gcr.io/distroless/nodejs24-debian13
COPY --from=build /build/dist /pgate
COPY --from=build /build/migrations /migrations
ENV PGATE_MIGRATIONS=/migrations
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/pgate/pgate.mjs"]
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="pgate" \
      org.opencontainers.image.description="The gate between PostgreSQL and an API: waits, migrates, verifies, and lets the API start by its exit code." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
