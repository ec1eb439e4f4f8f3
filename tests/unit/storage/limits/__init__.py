"""Tests of what counts how often something is done."""
