#!/bin/sh
# Runs once, with a new volume: a replica may follow, with the password of the database's role.
echo "host replication all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
