"""What several floors above need: pictures, links, accounts, progress."""
