# The image is the binary, the authorities that TLS needs, and nothing else: no shell, no package to patch, not root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
# The vectors (GOEXPERIMENT=simd) are for amd64 alone; elsewhere the variable changes nothing.
RUN GOEXPERIMENT=simd CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /winnow ./cmd/winnow

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo
COPY --from=build /winnow /winnow
COPY LICENSE NOTICE /
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/winnow"]
