# syntax=docker/dockerfile:1
# The image of ngoaivu: one binary, no shell needed, not root, nothing written but the data folder.
# docs/containers.md says how to run it; docker-compose.yml runs it with PostgreSQL.

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --locked --profile dist --bin ngoaivu \
    && cp target/dist/ngoaivu /ngoaivu

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --user-group --home-dir /nonexistent --shell /usr/sbin/nologin ngoaivu \
    && install --directory --owner=ngoaivu --group=ngoaivu --mode=0700 /var/lib/ngoaivu
COPY --from=build /ngoaivu /usr/local/bin/ngoaivu
USER 10001:10001
# Inside the container every address is the container's own; docker-compose.yml publishes it on loopback only.
ENV NGOAIVU_LISTEN=0.0.0.0:8080 \
    NGOAIVU_ATTACHMENTS=/var/lib/ngoaivu/attachments
VOLUME /var/lib/ngoaivu
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s --retries=4 CMD ["ngoaivu", "health"]
ENTRYPOINT ["ngoaivu"]
CMD ["serve", "--migrate"]
