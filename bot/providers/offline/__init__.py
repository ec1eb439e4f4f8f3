"""What works without a key and without a network: a painter for first looks, and a rewriter that keeps the words."""
