"""Services that several layers above need: quotas, gallery, links, accounts."""
