#!/usr/bin/env bash
# Gets the JDBC driver that the Java check needs.
#
#   scripts/clients/java.sh CACHE
#
# The jar goes to CACHE/clients/java/postgresql.jar; the program is one source
# file that java runs as it is:
#
#   java -cp CACHE/clients/java/postgresql.jar clients/java/JdbcCheck.java
set -euo pipefail

version=42.7.14

if [ $# -ne 1 ]; then
	echo "usage: $0 CACHE" >&2
	exit 2
fi
mkdir -p "$1/clients/java"
to=$(cd "$1/clients/java" && pwd)
jar=postgresql-$version.jar
if [ ! -f "$to/$jar" ]; then
	(cd "$to" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy \
		-Dartifact="org.postgresql:postgresql:$version" -DoutputDirectory="$to/new" >&2)
	mv "$to/new/$jar" "$to/$jar"
	rm -r "$to/new"
fi
ln -sf "$jar" "$to/postgresql.jar"
