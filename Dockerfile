FROM node:24-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The build needs no package's install script, and so runs none of other people's.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build:executable
COPY migrations migrations
ARG SOURCE_DATE_EPOCH=0
# Readable to whatever user the container is run as, however strict the umask of the checkout; with
# one time for all, so that the same source gives the same layers.
RUN mkdir /image && mv executable /image/pgate && mv migrations /image/migrations \
 && chmod -R a+rX,go-w /image \
 && find /image -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH}" {} +

FROM gcr.io/distroless/cc-debian13
# Everything at once: a folder that COPY itself made would carry the time of the build.
COPY --from=build /image/ /
ENV PGATE_MIGRATIONS=/migrations
USER 65532:65532
ENTRYPOINT ["/pgate/pgate"]
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=https://github.com/pgate/pgate
# When the source was committed, so that the same source gives the same image.
ARG CREATED=1970-01-01T00:00:00Z
# Of what /pgate holds, as its bill of materials has them; those of the base are the base's to say.
LABEL org.opencontainers.image.title="pgate" \
      org.opencontainers.image.description="The gate between PostgreSQL and an API: waits, migrates, verifies, and lets the API start by its exit code." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${SOURCE}" \
      org.opencontainers.image.documentation="${SOURCE}/blob/HEAD/docs/image.md" \
      org.opencontainers.image.vendor="pgate" \
      org.opencontainers.image.authors="pgate contributors" \
      org.opencontainers.image.base.name="gcr.io/distroless/cc-debian13:latest" \
      org.opencontainers.image.licenses="MIT AND Apache-2.0 AND BSD-2-Clause AND BSD-3-Clause AND ISC AND PostgreSQL AND Unicode-3.0 AND Zlib AND blessing AND LicenseRef-OSSP-uuid"
