"""Services that several floors above need: pictures, links, accounts, progress."""
