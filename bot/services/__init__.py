"""Services that several layers above need: pictures, links, accounts, progress."""
