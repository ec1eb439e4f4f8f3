"""Where things are kept: records, pictures, and the engines that carry job ids."""
