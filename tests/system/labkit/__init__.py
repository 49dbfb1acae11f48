"""The lab: several nodes on one machine.  See ../lab for its commands and ../README.md for how to use it.

host.py     what the lab asks of this machine: processes by id and start time, locks, namespaces, mounts
fabric.py   the wire: a bridge in a namespace of its own, a port for each node, cuts, and a client
node.py     one node: boot, power loss, freeze; what runs inside as its PID 1
power.py    the power switch that fence agents reach
lab.py      the whole of it
client.py   what a client of the service saw
cluster.py  corosync.conf and what a node starts when it boots
"""
