//go:build tools

// Package e2e names what is read but not compiled, so that `go mod tidy` keeps it.
package e2e

import _ "istio.io/api/label"
