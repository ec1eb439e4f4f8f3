"""Asks the fake platforms themselves: do they keep the rules that the real ones document?"""
