"""Front ends: each turns one platform's events into calls, and posts into its messages."""
