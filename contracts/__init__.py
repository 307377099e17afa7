"""What is said: the only package that every service imports.

`messages` has one module per version of a message, `codec` turns them into bytes and back, `topology` says which queue
hears which, `template` is the Seat template, `problems` what can be wrong with a file, `sealing` keeps secrets sealed.
"""
