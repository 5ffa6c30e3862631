#!/usr/bin/env bash
# Gets the JDBC drivers that the Java checks need: PostgreSQL's and Flight SQL's.
#
#   scripts/clients/java.sh CACHE
#
# The jars go to CACHE/clients/java; a program is one source file that java runs as
# it is:
#
#   java -cp CACHE/clients/java/postgresql.jar clients/java/JdbcCheck.java
set -euo pipefail

if [ $# -ne 1 ]; then
	echo "usage: $0 CACHE" >&2
	exit 2
fi
mkdir -p "$1/clients/java"
to=$(cd "$1/clients/java" && pwd)

# get GROUP NAME VERSION
get() {
	jar=$2-$3.jar
	if [ ! -f "$to/$jar" ]; then
		(cd "$to" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy \
			-Dartifact="$1:$2:$3" -DoutputDirectory="$to/new" >&2)
		mv "$to/new/$jar" "$to/$jar"
		rm -r "$to/new"
	fi
	ln -sf "$jar" "$to/$2.jar"
}

get org.postgresql postgresql 42.7.14
get org.apache.arrow flight-sql-jdbc-driver 18.3.0
