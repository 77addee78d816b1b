"""Runs workflow files as GitHub Actions would: docs/ci-in-the-sandbox.md says what is modelled."""
