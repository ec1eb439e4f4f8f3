"""Stripe: memberships and credits that people buy, told to us by its webhook. Off unless a secret is set."""

STRIPE = "stripe"

PATH = "/webhooks/stripe"
"""Where Stripe sends its events."""
